import { useRunLink, useWords, type Words } from '../words/words.ts';

/** A run as a line of the list. */
export interface ListedRun {
  run: string;
  status: string;
  started?: number;
  ended?: number;
  schedule?: string;
  note: string;
}

/** The newest runs of a home. */
export function Runs({ runs, isUp, now }: { runs: readonly ListedRun[]; isUp: boolean; now: number }) {
  const { app } = useWords();
  return (
    <>
      <h1 id="title">{app.runs}</h1>
      {!isUp && (
        <p id="down" class="warn">
          {app.down}
        </p>
      )}
      {runs.length === 0 ? (
        <p id="none">
          {app.none} {app.start} <code>npx temper run FILE</code>
        </p>
      ) : (
        <ul id="runs" class="runs">
          {runs.map((each) => (
            <Run {...each} now={now} />
          ))}
        </ul>
      )}
    </>
  );
}

function Run({ run, status, started, ended, schedule, note, now }: ListedRun & { now: number }) {
  const { format, facts, statuses } = useWords();
  const linkTo = useRunLink();
  return (
    <li>
      <a href={linkTo(run)}>{run}</a>{' '}
      <span class={`tag ${status}`}>{statuses[status as keyof Words['statuses']] ?? status}</span>
      <div class="dim">
        {started !== undefined && `${format.moment(started)}, ${format.duration((ended ?? now) - started)}`}
        {schedule !== undefined && ` · ${facts.schedule} ${schedule}`}
      </div>
      {note !== '' && <div>{note}</div>}
    </li>
  );
}
