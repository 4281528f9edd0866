// The way from a thesis to a dataset, with a writer whose rows are known beforehand.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { prepare } from '../../../../activities/prepare/prepare.ts';
import type { ReviewRow } from '../../../../core/documents/review.ts';
import type { StepInput, StepResult } from '../../../../protocol/activities.ts';
import { carryOut, failureOf, mockWorker } from '../../../rig/carry-out.ts';
import { makeDeps } from '../../../rig/deps.ts';
import { type RuleWriter, startRuleWriter } from './rule-writer.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const sections = 2;
const marks = [1, 2, 3, 4, 5].flatMap((chapter) => [1, 2].map((section) => chapter * 100 + section));

let deps: Awaited<ReturnType<typeof makeDeps>>;
let folder: string;
let writer: RuleWriter;
before(async () => {
  deps = await makeDeps();
  folder = join(deps.root, 'documents');
  await mkdir(folder);
  writer = await startRuleWriter();
  await run(await deps.documents(new AbortController().signal), [
    here('../../documents/thesis.py'),
    folder,
    String(sections),
  ]);
});
after(async () => {
  writer?.close();
  await rm(deps.root, { recursive: true, force: true });
});
beforeEach(() => {
  writer.prompts = [];
  writer.before = () => {};
});

let runs = 0;
const newRun = () => `test-20260101-000000-r${runs++}`;

async function prepared(
  source: string,
  documents: object = {},
  {
    input = {},
    worker = mockWorker(),
    more = {},
  }: { input?: Partial<StepInput>; worker?: ReturnType<typeof mockWorker>; more?: object } = {},
): Promise<{ result: StepResult; rows: [string, string][]; review: ReviewRow[] }> {
  const runId = input.runId ?? newRun();
  const options = {
    ...{ from: 'documents', source, eval_split: 0, ...more },
    documents: { writer: { model: 'rule', url: writer.url }, chunk: { max_tokens: 400, min_tokens: 40 }, ...documents },
  };
  const result = await carryOut(prepare(deps), options, { uses: 'prepare', step: 'data', ...input, runId }, worker);
  const dataset = result.outputs.dataset as { digest: string };
  const lines = (await readFile(join(deps.store.folder(dataset), 'files', 'train.jsonl'), 'utf8')).trim().split('\n');
  const rows = lines.map((line) => {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] };
    return [messages[0]!.content, messages[1]!.content] as [string, string];
  });
  const text = await readFile(join(deps.runs, runId, 'steps', 'data', 'review.jsonl'), 'utf8');
  return {
    result,
    rows,
    review: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReviewRow),
  };
}
const marksIn = (texts: readonly string[]) =>
  [...new Set(texts.map((text) => Number(/第(\d+)号试验区/.exec(text)?.[1])))].sort((one, other) => one - other);

test('each section of a thesis has its row, and a row with an invented number is refused and told', async () => {
  const { result, rows, review } = await prepared(join(folder, 'thesis.pdf'));
  assert.deepEqual(marksIn(rows.map(([question]) => question)), marks);
  assert.ok(rows.every(([, answer]) => !answer.includes('98765')));
  const refused = review.filter(({ problems }) => problems.length > 0);
  assert.deepEqual(
    refused.map(({ problems }) => problems.at(-1)),
    marks.map(() => ({ code: 'strange_number', facts: { numbers: ['98765'] } })),
  );
  const first = review[0]!;
  assert.deepEqual(
    [first.source, first.heading, first.pages],
    ['thesis.pdf', '第一章 绪论 › 1.1 绪论的第1个问题', [2, 2]],
  );
  assert.match(
    result.summary,
    /^20 rows written of 10 parts of 1 document; 10 refused by the checks; 1 scanned page not read; 10 rows/,
  );
});

test('an edited chapter has only its own rows written anew, in a later run', async () => {
  const text = await readFile(join(folder, 'thesis.md'), 'utf8');
  const edited = join(folder, 'edited.md');
  await writeFile(edited, text);
  await prepared(edited);
  assert.equal(writer.prompts.length, 10);
  writer.prompts = [];
  await writeFile(edited, text.replace('第302号试验区位于长江三角洲', '第302号试验区位于珠江三角洲，面积更大'));
  const { rows } = await prepared(edited);
  assert.deepEqual(marksIn(writer.prompts), [302]);
  assert.equal(rows.length, 10);
  assert.ok(rows.some(([, answer]) => answer.includes('珠江三角洲')));
});

test('a chapter that moves to other pages, or a document with another name, is not asked again', async () => {
  await prepared(join(folder, 'thesis.html'));
  const moved = join(folder, 'moved.html');
  await writeFile(
    moved,
    `<h1>前言</h1><p>${'本书介绍雷达。'.repeat(40)}</p>${await readFile(join(folder, 'thesis.html'), 'utf8')}`,
  );
  writer.prompts = [];
  await prepared(moved);
  assert.equal(writer.prompts.length, 1);
});

test('a step that was stopped in the middle goes on with what it has', async () => {
  const options = { temperature: 0.1 };
  const runId = newRun();
  const worker = mockWorker();
  writer.before = (count) => {
    if (count === 5) worker.cancel('CANCELLED');
  };
  await assert.rejects(prepared(join(folder, 'thesis.epub'), options, { input: { runId }, worker }));
  const asked = writer.prompts.length;
  assert.ok(asked >= 5 && asked < 10, String(asked));
  writer.before = () => {};
  const { rows } = await prepared(join(folder, 'thesis.epub'), options, { input: { runId } });
  // Up to four were asked together and not answered when the step was stopped.
  assert.ok(writer.prompts.length <= 10 + 4, String(writer.prompts.length));
  assert.ok(writer.prompts.length < 2 * 10);
  assert.deepEqual(marksIn(rows.map(([question]) => question)), marks);
});

test('with `unreviewed: refuse` a step ends until each row has a decision, and then does what a person decided', async () => {
  const review = join(folder, 'thesis.review.jsonl');
  const options = { review, unreviewed: 'refuse' };
  const runId = newRun();
  const failure = await failureOf(prepared(join(folder, 'thesis.docx'), options, { input: { runId } }));
  assert.equal(failure.type, 'ROWS_UNREVIEWED');
  assert.match(failure.message, /10 of 20 rows have no decision/);
  assert.match(JSON.stringify(failure.details), new RegExp(`temper review ${runId}/data.*temper rerun ${runId}`));

  const lines = (await readFile(join(deps.runs, runId, 'steps', 'data', 'review.jsonl'), 'utf8')).trim().split('\n');
  const decided = lines.map((line) => {
    const row = JSON.parse(line) as ReviewRow;
    if (row.problems.length > 0) return row;
    if (row.question.includes('101')) return { ...row, decision: 'drop' };
    if (row.question.includes('102')) return { ...row, decision: 'edit', answer: '改过的答案。' };
    return { ...row, decision: 'keep' };
  });
  await writeFile(review, decided.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writer.prompts = [];
  const { rows, result } = await prepared(join(folder, 'thesis.docx'), options);
  assert.equal(writer.prompts.length, 0, 'no model is asked again');
  assert.deepEqual(marksIn(rows.map(([question]) => question)), marks.slice(1));
  assert.equal(rows.find(([question]) => question.includes('102'))?.[1], '改过的答案。');
  assert.match(result.summary, /reviewed: 8 kept, 1 edited, 1 dropped/);
});

test('a row that asks the exam is told with its document, heading and page', async () => {
  const { rows } = await prepared(join(folder, 'thesis.pdf'), {}, { more: { seed: 7 } });
  const exam = join(folder, 'exam.jsonl');
  await writeFile(exam, `${JSON.stringify({ prompt: rows[0]![0], reference: 'x' })}\n`);
  const runId = newRun();
  await prepared(join(folder, 'thesis.pdf'), {}, { input: { runId }, more: { exclude: exam } });
  const step = join(deps.runs, runId, 'steps', 'data');
  const place = /thesis\.pdf, 1\.1 绪论的第1个问题, p\. 2 \[row 1\]/;
  assert.match(await readFile(join(step, 'summary.json'), 'utf8'), place);
  assert.match(await readFile(join(step, 'log.txt'), 'utf8'), place);
});

test('a folder is read as a whole, and the same question of two documents is asked once', async () => {
  const book = join(folder, 'book');
  await mkdir(join(book, 'parts'), { recursive: true });
  await writeFile(join(book, 'one.md'), '# 一\n\n第801号试验区位于黄河三角洲，共5景影像，像元间距为十米，噪声很强。');
  await writeFile(
    join(book, 'parts', 'two.txt'),
    '第801号试验区位于黄河三角洲，共5景影像，像元间距为十米，噪声很强，而且很暗。',
  );
  await writeFile(join(book, 'figure.png'), Buffer.from([0x89, 0x50]));
  const { rows, review } = await prepared(book, { chunk: { max_tokens: 400, min_tokens: 0 } });
  assert.equal(rows.length, 1);
  const again = review.find(({ source }) => source === 'parts/two.txt')!;
  const first = review.find(({ source }) => source === 'one.md')!;
  assert.deepEqual(again.problems, [{ code: 'duplicate', facts: { of: first.id } }]);
});

test('a document without text is refused with its scanned pages, before any model is asked', async () => {
  const scanned = join(folder, 'scanned.pdf');
  const script = `import sys; sys.path.insert(0, sys.argv[1]); from plain_pdf import PlainPdf; from pathlib import Path
pdf = PlainPdf()
for _ in range(3): pdf.page(); pdf.picture()
pdf.save(Path(sys.argv[2]))`;
  await run(await deps.documents(new AbortController().signal), ['-c', script, here('../../documents'), scanned]);
  const failure = await failureOf(prepared(scanned));
  assert.deepEqual([failure.type, writer.prompts.length], ['DOCUMENT_WITHOUT_TEXT', 0]);
  assert.match(failure.message, /scanned\.pdf has 3 scanned pages \(1–3\)/);
});
