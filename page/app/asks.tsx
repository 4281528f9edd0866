import type { WaitsFor } from '../../core/run/run-state.ts';
import { useRunLink, useWords, type Words } from '../words/words.ts';

/** A step that waits for a person. */
export interface Ask {
  label: string;
  waitsFor: WaitsFor;
}

type Word = keyof Words['app']['words'];

/** What can be done about a run as a whole, by its status. */
export const steering: Readonly<Record<string, readonly Word[]>> = {
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
};

/** What waits for a person. Each answer says what it does before it does it: the button that does it comes after. */
export function Asks({ run, asks }: { run: string; asks: readonly Ask[] }) {
  const { app } = useWords();
  if (asks.length === 0) return null;
  return (
    <section class="part asks" id="asks">
      <h2>{app.asks}</h2>
      {asks.map(({ label, waitsFor: { about, verdicts = [], words, until, silence } }) => (
        <article>
          <h3>{label}</h3>
          <p class="message">{about}</p>
          {verdicts.map((verdict) => (
            <p>{verdict}</p>
          ))}
          {until !== undefined && silence !== undefined && (
            <p class="dim">{app.silence(Math.max(0, until - Date.now()), app.words[silence].label)}</p>
          )}
          <div class="actions">
            {words.map((word) => (
              <Action run={run} word={word} step={label} />
            ))}
          </div>
        </article>
      ))}
    </section>
  );
}

export function Steering({ run, status }: { run: string; status: string }) {
  const { app } = useWords();
  const words = steering[status];
  const isClosedEarly = status === 'failed' || status === 'cancelled' || status === 'terminated';
  if (!words && !isClosedEarly) return null;
  return (
    <section class="part" id="steering">
      <h2>{app.steer}</h2>
      {isClosedEarly && (
        <>
          <p>{app.closed}</p>
          <pre tabindex={0}>npx temper resume {run}</pre>
        </>
      )}
      <div class="actions">
        {words?.map((word) => (
          <Action run={run} word={word} />
        ))}
      </div>
    </section>
  );
}

function Action({ run, word, step }: { run: string; word: Word; step?: string }) {
  const { app } = useWords();
  const linkTo = useRunLink();
  const { label, does } = app.words[word];
  return (
    <details class="action">
      <summary>{label} …</summary>
      <form method="post" action={`${linkTo(run)}/actions`}>
        <p>{does(step ?? '')}</p>
        <input type="hidden" name="word" value={word} />
        {step !== undefined && (
          <>
            <input type="hidden" name="step" value={step} />
            <label>
              {app.comment}
              <input name="comment" maxlength={500} />
            </label>
          </>
        )}
        <button type="submit">
          {app.confirm}: {label}
        </button>
      </form>
    </details>
  );
}
