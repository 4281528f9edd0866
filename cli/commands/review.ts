import { resolve } from 'node:path';
import type { ReviewRow } from '../../core/documents/review.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { plural } from '../../core/words/plural.ts';
import { rowProblemWords } from '../../core/words/row-problems.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import { openHome } from '../../services/machine/home.ts';
import { openReview, writeReview } from '../../services/runs/review-file.ts';
import { type WrittenRowsOfStep, writtenRowsOf } from '../../services/runs/written-rows.ts';
import { printJson } from '../json/print-json.ts';
import { resolveQuietly } from '../runs/resolve-run.ts';
import { UserError } from '../user-error.ts';

/** Writes the rows that a model made of documents into the file in which a person decides about each. */
export async function review(text: string, { to, json }: { to?: string; json?: boolean }): Promise<number> {
  const home = openHome();
  const slash = text.indexOf('/');
  const [run, step] = slash < 0 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
  const runId = await resolveQuietly(run);
  const found = await writtenRowsOf(home, runId);
  const one = only(found, runId, step);
  const file = to === undefined ? one.file : resolve(to);
  if (file === undefined)
    throw new UserError(`step "${one.step}" names no file for the review of its rows`, {
      hint: `\`npx temper review ${runId}/${one.step} --to review.jsonl\`, and \`review: ./review.jsonl\` below \`documents\` in the pipeline`,
    });
  const opened = await openReview(file, one.rows).catch((error: unknown) => {
    if (!(error instanceof TemperError)) throw error;
    throw new UserError(error.message, {
      hint: 'correct the line; each is a JSON object with `id`, `question`, `answer` and `decision`, or a row of your own: {"decision": "add", "question": …, "answer": …}',
    });
  });
  await writeReview(file, opened);
  const { counts } = opened;
  if (json) printJson('review', { path: file, run: runId, step: one.step, ...counts });
  else {
    const { kept, edited, dropped, added, undecided, refused } = counts;
    process.stdout.write(
      `${file}: ${plural(counts.written, 'row')}; ${kept} kept, ${edited} edited, ${dropped} dropped, ${added} added, ${undecided} without a decision, ${refused} refused by the checks\n`,
    );
    for (const line of refusedLines(opened.rows)) process.stdout.write(`${line}\n`);
    if (undecided > 0)
      process.stderr.write(
        `hint: set "decision" of each row to "keep", "edit" (and change it) or "drop"; then \`npx temper rerun ${runId}\`\n`,
      );
  }
  return 0;
}

/** More of them are read in the file. */
const maxRefused = 20;

/** The rows that the checks refused and nobody has decided about, each with its reasons. */
function refusedLines(rows: readonly ReviewRow[]): string[] {
  const refused = rows.filter(({ decision, problems }) => decision === null && problems.length > 0);
  const more = refused.length - maxRefused;
  return [
    ...refused
      .slice(0, maxRefused)
      .map(({ id, problems, question }) => `  refused ${id}: ${problems.map(rowProblemWords).join('; ')}: ${question}`),
    ...(more > 0 ? [`  and ${more} more, which the file has`] : []),
  ];
}

function only(found: readonly WrittenRowsOfStep[], runId: string, step: string | undefined): WrittenRowsOfStep {
  const asked = step === undefined ? found : found.filter((each) => each.step === step);
  if (asked.length === 1) return asked[0]!;
  const names = found.map((each) => each.step);
  if (asked.length > 1)
    throw new UserError(`${runId} has ${found.length} steps with rows of documents: ${names.join(', ')}`, {
      hint: `name one: \`npx temper review ${runId}/${names[0]}\``,
    });
  throw new UserError(
    step === undefined
      ? `no step of ${runId} has written rows of documents`
      : `${runId} has no step "${step}" with rows of documents`,
    {
      hint: suggestionFor(
        step ?? '',
        names,
        'steps with such rows',
        'a `prepare` step with `from: documents` writes them',
      ),
    },
  );
}
