import type { Headline } from '../../core/report/headline.ts';
import type { RunView } from '../../core/report/run-view.ts';
import { rootRunId } from '../../core/run/run-id.ts';
import { commandAfter } from '../../core/words/after-failure.ts';
import { useWords, type Words } from '../words/words.ts';
import { FactList } from './fact-list.tsx';
import { Stored } from './stored.tsx';

/** The first thing to read: how the run ended, by how much the model is better, and what failed. */
export function VerdictPart({ view }: { view: RunView }) {
  const words = useWords();
  const { facts, format } = words;
  const { headline, startedAt, endedAt, schedule, rerunOf } = view;
  const took = view.timeline.to - startedAt;
  return (
    <header class="verdict" id="verdict">
      <p class="run">
        {view.pipeline} <span class={`tag ${view.status}`}>{words.statuses[view.status]}</span>
      </p>
      <h1 class={headline.code}>{textOf(headline, words)}</h1>
      {'metric' in headline.facts && <p class="score">{words.scores(headline.facts)}</p>}
      {view.worth.length > 0 && (
        <p class="worth">
          <b>{words.worth.title}</b> {view.worth.map((each) => words.worth.says(each)).join(words.worth.between)}
        </p>
      )}
      {view.exams.map(({ step, verdict }) => (
        <p class="summary">
          <span class="dim">{step}</span> <Stored>{verdict}</Stored>
        </p>
      ))}
      {view.failures.map((failure) => (
        <Failure failure={failure} run={view.run} isOver={endedAt !== undefined} />
      ))}
      <FactList
        facts={[
          [facts.run, <span class="code long">{view.run}</span>],
          [facts.started, format.moment(startedAt)],
          [endedAt === undefined ? facts.takes : facts.took, format.duration(took)],
          [facts.schedule, schedule],
          [facts.rerunOf, rerunOf],
        ]}
      />
    </header>
  );
}

interface FailureProps {
  failure: RunView['failures'][number];
  run: string;
  isOver: boolean;
}

/** What happened with its facts, what to do, and the command for it once the run has ended. */
function Failure({ failure, run, isOver }: FailureProps) {
  const { said, remedy: label } = useWords();
  const { step, code, message, remedy } = failure;
  const { summary, remedy: own } = said.failure(failure);
  const place = { run, root: rootRunId(run), ...(step === undefined ? {} : { step }) };
  return (
    <div class="failure">
      <p>
        {step !== undefined && <b>{step}: </b>}
        {summary}{' '}
        <span class="text" lang="en">
          {message}
        </span>{' '}
        <code>{code}</code>
      </p>
      <p>
        <b>{label}:</b> {own ?? <Stored>{remedy}</Stored>}
      </p>
      {isOver && (
        <p>
          <code>{commandAfter(code, place)}</code>
        </p>
      )}
    </div>
  );
}

/** The sentence for a headline. */
export function textOf(headline: Headline, { headlines }: Words): string {
  switch (headline.code) {
    case 'better':
    case 'not_better':
    case 'undecided':
    case 'forgot':
    case 'answered':
    case 'no_exam':
      return headlines[headline.code](headline.facts.served);
    case 'failed':
    case 'waits':
      return headlines[headline.code](headline.facts.steps);
    case 'running':
      return headlines.running(headline.facts.running);
    default:
      return headlines[headline.code]();
  }
}
