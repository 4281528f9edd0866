import type { TimelineStep } from '../../core/report/timeline.ts';
import { rootRunId } from '../../core/run/run-id.ts';
import type { WaitsFor } from '../../core/run/run-state.ts';
import { Stored } from '../parts/stored.tsx';
import { useRunLink, useWords, type Words } from '../words/words.ts';
import { Action } from './action.tsx';

/** A step that waits for a person. */
export interface Ask {
  label: string;
  waitsFor: WaitsFor;
}

type Word = keyof Words['app']['words'];

/** What can be done about a run as a whole, by its status. */
const steering: Readonly<Record<string, readonly Word[]>> = {
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  failed: ['continue'],
  cancelled: ['continue'],
  terminated: ['continue'],
};

interface AsksProps {
  run: string;
  asks: readonly Ask[];
  steps: readonly TimelineStep[];
}

/** What waits for a person. Each answer says what it does before it does it: the button that does it comes after. */
export function Asks({ run, asks, steps }: AsksProps) {
  const { app } = useWords();
  const linkTo = useRunLink();
  if (asks.length === 0) return null;
  return (
    <section class="part asks" id="asks">
      <h2>{app.asks}</h2>
      {asks.map(({ label, waitsFor: { about, verdicts = [], words, until, silence } }) => (
        <article>
          <h3>{label}</h3>
          <p class="message">
            <Stored>{about}</Stored>
          </p>
          {verdicts.map((verdict) => (
            <p>
              <Stored>{verdict}</Stored>
            </p>
          ))}
          {until !== undefined && silence !== undefined && (
            <p class="dim">{app.silence(Math.max(0, until - Date.now()), app.words[silence].label)}</p>
          )}
          <div class="actions">
            {words.map((word) => (
              <Action
                label={app.words[word].label}
                to={`${linkTo(run)}/actions`}
                sends={{ word, step: label }}
                command={`npx temper ${word} ${run} --step ${label}`}
                does={app.words[word].does(label, dependentsOf(label, steps))}
                takesComment
              />
            ))}
          </div>
        </article>
      ))}
    </section>
  );
}

/** The steps that go on or are held up by an answer, with what they are: `serve (promote)`. */
const dependentsOf = (label: string, steps: readonly TimelineStep[]): string[] =>
  steps.filter(({ needs }) => needs.includes(label)).map(({ id, uses }) => `${id} (${uses})`);

export function Steering({ run, status }: { run: string; status: string }) {
  const { app } = useWords();
  const linkTo = useRunLink();
  const words = (steering[status] ?? []).filter((word) => word !== 'continue' || rootRunId(run) === run);
  if (words.length === 0) return null;
  return (
    <section class="part" id="steering">
      <h2>{app.steer}</h2>
      <div class="actions">
        {words.map((word) => (
          <Action
            label={app.words[word].label}
            to={`${linkTo(run)}/actions`}
            sends={{ word }}
            command={`npx temper ${word === 'continue' ? 'resume' : word} ${run}`}
            does={app.words[word].does('', [])}
          />
        ))}
      </div>
    </section>
  );
}
