import type { RunView } from '../../core/report/run-view.ts';
import { RunPart } from '../parts/run.tsx';
import { useLinks, useRunLink, useWords } from '../words/words.ts';
import { type Ask, Asks, Steering } from './asks.tsx';

/** Steps whose rows a person may review, and how many of them have no decision. */
export type Reviews = readonly { step: string; undecided: number }[];

/** A run: what waits for a person, then all that its report has. */
export function RunPage({ view, asks, reviews }: { view: RunView; asks: readonly Ask[]; reviews: Reviews }) {
  const { app, compare, review } = useWords();
  const linkTo = useRunLink();
  const { compare: compareOf } = useLinks();
  return (
    <>
      <RunPart
        view={view}
        after={
          <>
            {reviews.map(({ step, undecided }) => (
              <p class={undecided > 0 ? 'warn' : ''}>
                <a href={`${linkTo(view.run)}/review/${step}`}>{review.link(step, undecided)}</a>
              </p>
            ))}
            <Asks run={view.run} asks={asks} steps={view.timeline.steps} />
            <Steering run={view.run} status={view.status} />
          </>
        }
      />
      <p id="to-report">
        <a href={`${linkTo(view.run)}/report`}>{app.report}</a>
        {view.models.length + view.exams.length > 0 && compareOf && (
          <>
            {' · '}
            <a href={compareOf(view.run)}>{compare.title}</a>
          </>
        )}
      </p>
    </>
  );
}

/** A run that has begun, and whose state no worker tells. */
export function UntoldRun({ run }: { run: string }) {
  const { app } = useWords();
  return (
    <>
      <h1 id="title">{run}</h1>
      <p id="untold" class="warn">
        {app.untold(run)}
      </p>
    </>
  );
}

/** Why something that a person confirmed changed nothing. `back`: the page that they came from. */
export function Refused({ message, hint, back }: { message: string; hint: string | undefined; back: string }) {
  const { app } = useWords();
  return (
    <>
      <h1 id="title">{app.refused}</h1>
      <p class="message">{message}</p>
      {hint !== undefined && <p>{hint}</p>}
      <p>
        <a href={back}>{app.back}</a>
      </p>
    </>
  );
}

export function Log({ run, step, text }: { run: string; step: string; text: string }) {
  const { app } = useWords();
  const linkTo = useRunLink();
  return (
    <>
      <p id="back">
        <a href={linkTo(run)}>{app.back}</a>
      </p>
      <h1 id="title">{app.log(step)}</h1>
      <pre id="log" tabindex={0}>
        {text}
      </pre>
    </>
  );
}

/** In place of a run, a step's log or a comparison that there is not, or not any more. */
export function Missing({ base }: { base: string }) {
  const { app } = useWords();
  return (
    <>
      <h1 id="title">{app.missing}</h1>
      <p>{app.missingWhy}</p>
      <p>
        <a href={`${base}/`}>{app.all}</a>
      </p>
    </>
  );
}
