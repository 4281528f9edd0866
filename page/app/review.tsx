import type { ReviewCounts, ReviewRow } from '../../core/documents/review.ts';
import { Stored } from '../parts/stored.tsx';
import { useRunLink, useWords } from '../words/words.ts';

export const shows = ['open', 'refused', 'all'] as const;
export type Show = (typeof shows)[number];

export interface ShownReview {
  run: string;
  step: string;
  /** Where decisions are written; undefined where the pipeline names no file. */
  file: string | undefined;
  rows: readonly ReviewRow[];
  counts: ReviewCounts;
}

/** Rows on one page: a form of more is too long to be read before it is sent. */
const rowsOfPage = 10;

const isShown = (show: Show, { decision, problems }: ReviewRow): boolean =>
  show === 'all' || (decision === null && problems.length > 0 === (show === 'refused'));

/** Rows that a model wrote, each to be kept, changed or dropped. `from`: how many rows of this kind stand before. */
export function Review({ review, show, from }: { review: ShownReview; show: Show; from: number }) {
  const { review: words, app } = useWords();
  const { run, step, file, counts } = review;
  const linkTo = useRunLink();
  const here = `${linkTo(run)}/review/${step}`;
  const rows = review.rows.filter((row) => isShown(show, row));
  const listed = rows.slice(from, from + rowsOfPage);
  const { kept, edited, dropped, added, undecided, refused } = counts;
  return (
    <>
      <p id="back">
        <a href={linkTo(run)}>{app.back}</a>
      </p>
      <h1 id="title">{words.title}</h1>
      <p>{words.counts(kept, edited, dropped, added, undecided, refused)}</p>
      <p>
        {shows.map((each, at) => (
          <>
            {at > 0 && ' · '}
            {each === show ? (
              <strong>{words.shows[each]}</strong>
            ) : (
              <a href={`${here}?show=${each}`}>{words.shows[each]}</a>
            )}
          </>
        ))}
      </p>
      {file === undefined && <p class="warn">{words.noFile(step)}</p>}
      {listed.length === 0 && <p>{words.nothing}</p>}
      <form method="post" action={here} class="ask">
        <input type="hidden" name="show" value={show} />
        <input type="hidden" name="from" value={`${from}`} />
        {listed.map((row) => (
          <Row row={row} />
        ))}
        {listed.length > 0 && file !== undefined && <button type="submit">{words.save}</button>}
      </form>
      {rows.length > from + rowsOfPage && (
        <p>
          <a href={`${here}?show=${show}&from=${from + rowsOfPage}`}>{words.next}</a>
        </p>
      )}
      {undecided === 0 && file !== undefined && (
        <p class="command">
          {words.afterwards} <code>npx temper rerun {run}</code>
        </p>
      )}
    </>
  );
}

function Row({ row }: { row: ReviewRow }) {
  const { review: words } = useWords();
  const { id, question, answer, source, heading, pages, problems, text, decision } = row;
  const place = [source, heading, pages && words.pages(pages[0], pages[1])].filter(Boolean).join(' · ');
  // A row that was changed is one that is kept.
  const chosen = decision === 'edit' ? 'keep' : (decision ?? '');
  return (
    <fieldset id={`row-${id}`}>
      <legend class="dim">{place}</legend>
      {problems.map((problem) => (
        <p class="warn">{typeof problem === 'string' ? <Stored>{problem}</Stored> : words.problem(problem)}</p>
      ))}
      <label>
        {words.question}
        <textarea name={`question:${id}`} rows={2} required>
          {question}
        </textarea>
      </label>
      <label>
        {words.answer}
        <textarea name={`answer:${id}`} rows={4} required>
          {answer}
        </textarea>
      </label>
      <p>
        {(['keep', 'drop', ''] as const).map((value) => (
          <label class="choice">
            <input type="radio" name={`decision:${id}`} value={value} checked={value === chosen} />{' '}
            {words.decisions[value === '' ? 'none' : value]}
          </label>
        ))}
        <span class="dim">{words.edited}</span>
      </p>
      <details>
        <summary>{words.text}</summary>
        <p class="text">{text}</p>
      </details>
    </fieldset>
  );
}
