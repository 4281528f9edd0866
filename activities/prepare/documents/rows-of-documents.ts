import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markRepeated } from '../../../core/documents/check-rows.ts';
import { type Chunk, chunkDocument } from '../../../core/documents/chunk.ts';
import { headingPath, usuallyLeftOut } from '../../../core/documents/headings.ts';
import { applyReview, type Decided, type ReviewRow, readReview } from '../../../core/documents/review.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { chatModelName } from '../../../core/kinds/options/chat-model.ts';
import type { DocumentsOption } from '../../../core/kinds/options/documents.ts';
import { rowProblemWords } from '../../../core/words/row-problems.ts';
import { openChat } from '../../../services/chat/open-chat.ts';
import { resolveModel } from '../../../services/ollama/server.ts';
import { reviewFile } from '../../../services/runs/written-rows.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import type { Extracted } from '../../documents/extract.ts';
import { readDocuments, withoutText } from '../../documents/read-documents.ts';
import { openIfThere, openPinned } from '../../engine/pinned-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { type WrittenChunk, writeRows } from './write-rows.ts';
import { factsOf, type WrittenFacts } from './written-facts.ts';

/** Has rows written of the documents that the step names, and returns the file of those to learn, a row in each line. */
export async function rowsOfDocuments(
  context: StepContext<'prepare'>,
  options: DocumentsOption,
): Promise<{ source: string; facts: WrittenFacts; rows: readonly ReviewRow[] }> {
  const { deps, input, folder } = context;
  const source = await openPinned(deps, context.options.source, input.pins);
  const review = await reviewOf(context, options);
  const { documents, others } = await readDocuments(context, source, (phase) => context.progress({ phase }));
  const { chunks, leftOut } = chunksOf(documents, options);
  if (chunks.length === 0) throw withoutText(documents);
  const { written, cost } = await write(context, options, chunks);
  const rows = reviewRows(written, options);
  await writeFile(join(folder, reviewFile), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { used, counts } = applyReview(rows, review, options.unreviewed);
  const facts = factsOf({ documents, others, leftOut, written, rows, counts, cost });
  for (const line of facts.lines) await context.log(line);
  if (options.unreviewed === 'refuse' && counts.undecided > 0) throw unreviewed(counts.undecided, rows.length, context);
  if (used.length === 0) throw nothingToLearn(rows, chunks.length, options);
  await publishReview(context);
  // A name of its own: what is found of rows names them by it, and a file that is mixed in may be called `rows.jsonl`.
  const file = join(folder, 'rows-of-documents.jsonl');
  await writeFile(file, used.map(rowLine).join(''));
  return { source: file, facts, rows: used };
}

const rowLine = ({ question, answer }: ReviewRow) =>
  `${JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  })}\n`;

async function reviewOf({ deps, input }: StepContext<'prepare'>, { review }: DocumentsOption): Promise<Decided[]> {
  const file = review === undefined ? undefined : await openIfThere(deps, review, input.pins);
  if (file === undefined) return [];
  const { rows, problem } = readReview(await readFile(file, 'utf8'));
  if (problem) throw new TemperError('BAD_REVIEW', `${file}, line ${problem.line}: ${problem.why}`);
  return rows;
}

function chunksOf(documents: readonly Extracted[], options: DocumentsOption) {
  const { chunk, leave_out = usuallyLeftOut } = options;
  const chunking = { maxTokens: chunk.max_tokens, minTokens: chunk.min_tokens, leaveOut: leave_out };
  const chunked = documents.map(({ name, blocks }) => chunkDocument(name, blocks, chunking));
  return { chunks: chunked.flatMap(({ chunks }) => chunks), leftOut: chunked.flatMap(({ leftOut }) => leftOut) };
}

async function write(context: StepContext<'prepare'>, options: DocumentsOption, chunks: readonly Chunk[]) {
  const { deps, input, signal } = context;
  const { writer } = options;
  const chat = await openChat(writer, deps);
  const name = chatModelName(writer);
  // The name of a model in Ollama may come to mean another one, so what is kept is kept for its bytes.
  const digest =
    writer.url === undefined
      ? (input.pins.models[writer.model] ?? (await resolveModel(deps, writer.model, signal)) ?? name)
      : name;
  const tell = (done: number) =>
    context.progress({
      phase: { code: 'writing_rows', facts: { model: name, done, total: chunks.length } },
      step: done,
      max_steps: chunks.length,
    });
  tell(0);
  try {
    return await writeRows(chunks, {
      ...{ chat, writer: digest, options, seed: context.options.seed, store: deps.store.root, signal },
      onChunk: tell,
    });
  } finally {
    // A training may come next and needs the memory.
    await chat.close();
  }
}

/**
 * Every row that was written, in the order of the documents. A row has the same id in every run, and stands here once however
 * often it was written: small models repeat themselves, and a decision is about the row.
 */
function reviewRows(written: readonly WrittenChunk[], { per_chunk }: DocumentsOption): ReviewRow[] {
  const seen = new Set<string>();
  const isNew = ({ id }: { id: string }) => !seen.has(id) && seen.add(id);
  const chunks = written.map(({ chunk, rows }) =>
    rows.map((row) => ({ ...row, chunk, id: hashText(`${row.question}\n${row.answer}`).slice(0, 12) })).filter(isNew),
  );
  return markRepeated(chunks, per_chunk)
    .flat()
    .map(({ id, kind, question, answer, support, problems, chunk }) => ({
      ...{ id, decision: null, question, answer },
      ...(kind === undefined ? {} : { kind }),
      source: chunk.source,
      heading: headingPath(chunk.headings),
      pages: chunk.pages ? [chunk.pages[0], chunk.pages[1]] : null,
      problems,
      support: support === null ? null : Math.round(100 * support) / 100,
      text: chunk.text,
    }));
}

/** A later run that reuses this step finds the file in the store, on every host. */
async function publishReview(context: StepContext<'prepare'>): Promise<void> {
  const staging = await context.stage(`${context.input.step}-review`);
  await writeFile(join(staging, 'files', reviewFile), await readFile(join(context.folder, reviewFile)));
  await context.publish(staging, 'report');
}

function unreviewed(count: number, rows: number, { input, options }: StepContext<'prepare'>): TemperError {
  const { runId, step } = input;
  const file = options.documents?.review;
  return new TemperError('ROWS_UNREVIEWED', `${count} of ${rows} rows have no decision`, {
    remedy: `\`temper review ${runId}/${step}${file === undefined ? ' --to review.jsonl' : ''}\` writes ${
      file === undefined ? 'them into a file, which `review` then names' : `them into ${file}`
    }. Set \`decision\` of each to "keep", "edit" or "drop", there or on the page (\`temper open\`), then \`temper rerun ${runId}\`: no model is asked again.`,
  });
}

function nothingToLearn(rows: readonly ReviewRow[], chunks: number, { writer }: DocumentsOption): TemperError {
  const why = rows.find(({ problems }) => problems.length > 0)?.problems[0];
  return new TemperError(
    'NO_ROWS_WRITTEN',
    `${chatModelName(writer)} wrote ${rows.length} rows of ${chunks} parts, and none can be used${why === undefined ? '' : `, such as one of which ${rowProblemWords(why)}`}`,
  );
}
