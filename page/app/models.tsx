import { shortDigest } from '../../core/digest.ts';
import type { ServedFacts } from '../../core/promotions.ts';
import { useRunLink, useWords } from '../words/words.ts';
import { Action } from './action.tsx';

/** A model that a serving name can go back to. */
interface KeptModel {
  digest: string;
  since?: string;
  until?: string;
  takenBack?: string;
  facts: ServedFacts;
}

/** A serving name, as `temper models` tells it. */
export interface ServedModel {
  name: string;
  state: 'served' | 'elsewhere' | 'missing' | 'unfinished' | 'unknown';
  digest?: string;
  since?: string;
  by?: 'promote' | 'rollback' | undefined;
  facts: ServedFacts;
  expected?: string;
  kept: readonly KeptModel[];
}

/** The names that programs ask Ollama for, the model behind each, and those it can go back to. */
export function Models({ models, base }: { models: readonly ServedModel[]; base: string }) {
  const { served: words } = useWords();
  const isUnknown = models.some(({ state }) => state === 'unknown');
  return (
    <>
      <h1 id="title">{words.title}</h1>
      {isUnknown && (
        <p id="ollama-down" class="warn">
          {words.down}
        </p>
      )}
      {models.length === 0 && <p id="none">{words.none}</p>}
      {models.map((model) => (
        <Served model={model} base={base} />
      ))}
    </>
  );
}

function Served({ model, base }: { model: ServedModel; base: string }) {
  const { served: words, format } = useWords();
  const { name, state, digest, since, by, facts, expected, kept } = model;
  const warning =
    state === 'served' || state === 'unknown' ? undefined : words.states[state](shortDigest(expected ?? ''));
  return (
    <section class="part served" id={`served-${name}`}>
      <h2>{name}</h2>
      <p>
        {digest === undefined ? <span class="warn">{words.nothing}</span> : <code>{shortDigest(digest)}</code>}
        {since !== undefined && ` ${words.since(format.moment(Date.parse(since)))}`}
        {by === 'rollback' && ` ${words.byRollback}`}
      </p>
      <Facts {...facts} />
      {warning !== undefined && <p class="warn">{warning}</p>}
      {kept.length > 0 && (
        <>
          <h3>{words.kept}</h3>
          <ul class="kept">
            {kept.map((each, at) => (
              <Kept name={name} now={digest} kept={each} isNearest={at === 0} base={base} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface KeptProps {
  name: string;
  now: string | undefined;
  kept: KeptModel;
  isNearest: boolean;
  base: string;
}

function Kept({ name, now, kept: { digest, since, until, takenBack, facts }, isNearest, base }: KeptProps) {
  const { served: words, format } = useWords();
  const moment = (at: string) => format.moment(Date.parse(at));
  const to = facts.run;
  // Without a run to name, a rollback can go to the model before alone.
  const canServe = to !== undefined || (isNearest && takenBack === undefined);
  return (
    <li>
      <p>
        <code>{shortDigest(digest)}</code>{' '}
        <span class="dim">
          {since === undefined
            ? words.elsewhere
            : words.served(moment(since), until === undefined ? '' : moment(until))}
        </span>
        {takenBack !== undefined && <span class="tag paused">{words.takenBack(moment(takenBack))}</span>}
      </p>
      <Facts {...facts} />
      {canServe && (
        <Action
          label={words.serve}
          to={`${base}/models/rollback`}
          sends={{ name, ...(to === undefined ? {} : { to }) }}
          command={`npx temper rollback ${name}${to === undefined ? '' : ` --to ${to}`}`}
          does={words.does(name, shortDigest(digest), now === undefined ? undefined : shortDigest(now))}
        />
      )}
    </li>
  );
}

/** What is known of a model from the run that promoted it. */
function Facts({ run, step, score, metric, baseline, production, data, rows }: ServedFacts) {
  const { served: words } = useWords();
  const linkTo = useRunLink();
  return (
    <>
      {score !== undefined && <p>{words.score(metric ?? '', score, baseline, production)}</p>}
      {run !== undefined && (
        <p>
          {words.promotedBy} <a href={linkTo(run)}>{run}</a>
          {step !== undefined && `/${step}`}
          {data !== undefined && words.trainedOn(shortDigest(data), rows)}
        </p>
      )}
    </>
  );
}
