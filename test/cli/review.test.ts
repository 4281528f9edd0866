// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ReviewRow } from '../../core/documents/review.ts';
import { openHome } from '../../services/machine/home.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { parseShape } from '../rig/assert-shape.ts';
import { temper } from '../rig/temper.ts';

let folder: string;
let env: Record<string, string>;
let file: string;
const run = 'thesis-20260101-120000-abcd';
const later = 'thesis-20260102-120000-abcd';
const row = (id: string, over: Partial<ReviewRow> = {}): ReviewRow => ({
  ...{ id, decision: null, question: `question ${id}`, answer: `answer ${id}`, source: 'thesis.pdf', heading: '1' },
  ...{ pages: [1, 2], problems: [], support: 1, text: 'the text' },
  ...over,
});
const rows = [row('a'), row('b'), row('c', { problems: [{ code: 'strange_number', facts: { numbers: ['7'] } }] })];
const text = rows.map((each) => `${JSON.stringify(each)}\n`).join('');
const written = async () =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-review-'));
  env = { TEMPER_HOME: join(folder, 'home') };
  file = join(folder, 'thesis.review.jsonl');
  const { runs, store: root } = openHome(env);
  for (const [runId, review] of [
    [run, file],
    [later, undefined],
  ] as const) {
    const steps = [{ id: 'data', uses: 'prepare', with: { from: 'documents', documents: { review } } }];
    await mkdir(join(runs, runId, 'steps', 'data'), { recursive: true });
    await writeFile(join(runs, runId, 'plan.json'), JSON.stringify({ pipeline: 'thesis', inputs: {}, steps }));
    await writeFile(
      join(runs, runId, 'run.json'),
      JSON.stringify({ runId, pipeline: 'thesis', status: 'failed', steps: {} }),
    );
  }
  await writeFile(join(runs, run, 'steps', 'data', 'review.jsonl'), text);
  // The later run has reused the step, and the rows are in the store alone.
  const store = new ArtifactStore(root);
  const staging = await store.stage('review');
  await writeFile(join(staging, 'files', 'review.jsonl'), text);
  const { digest } = await store.publish(staging, 'report');
  const outcome = { uses: 'prepare', outputs: {}, summary: '', artifacts: [digest], key: 'k', reusedFrom: run };
  await writeFile(join(runs, later, 'steps', 'data', 'result.json'), JSON.stringify(outcome));
});
after(async () => await rm(folder, { recursive: true, force: true }));

test('the rows of a run are written into the file that its pipeline names, and counted', async () => {
  const { code, stdout, stderr } = await temper(['review', run], env);
  assert.equal(code, 0, stderr);
  assert.equal(
    stdout,
    `${file}: 3 rows; 0 kept, 0 edited, 0 dropped, 0 added, 2 without a decision, 1 refused by the checks\n  refused c: not in the text: 7: question c\n`,
  );
  assert.match(stderr, new RegExp(`^hint: set "decision" of each row .*\`npx temper rerun ${run}\``));
  assert.deepEqual(await written(), rows);
});

test('decisions that were made stay, and a second writing changes nothing', async () => {
  const decided = [{ ...rows[0]!, decision: 'drop' }, { ...rows[1]!, decision: 'edit', answer: 'better' }, rows[2]!];
  await writeFile(file, decided.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const { stdout } = await temper(['review', `${run}/data`, '--json'], env);
  parseShape('review', stdout);
  const { kept, edited, dropped, undecided } = JSON.parse(stdout);
  assert.deepEqual([kept, edited, dropped, undecided], [0, 1, 1, 0]);
  assert.deepEqual(await written(), decided);
});

test('a run that reused the step has its rows too; without a file in the pipeline one is named', async () => {
  const unnamed = await temper(['review', later], env);
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.stderr, /names no file for the review of its rows\nhint: .*--to review\.jsonl/);
  const to = join(folder, 'other.jsonl');
  assert.equal((await temper(['review', later, '--to', to], env)).code, 0);
  assert.equal(await readFile(to, 'utf8'), text);
});

test('a run of an older temper, which wrote sentences, has its reasons told as they stand', async () => {
  const steps = join(openHome(env).runs, run, 'steps', 'data');
  await writeFile(join(steps, 'review.jsonl'), `${text}${JSON.stringify(row('d', { problems: ['is too short'] }))}\n`);
  const { stdout } = await temper(['review', run, '--to', join(folder, 'older.jsonl')], env);
  await writeFile(join(steps, 'review.jsonl'), text);
  assert.match(stdout, /4 rows.*2 refused by the checks\n.*\n {2}refused d: is too short: question d\n/);
});

test('a file with a broken line is left as it is', async () => {
  const broken = `${text}{"id": "d", "decision"\n`;
  await writeFile(file, broken);
  const { code, stderr } = await temper(['review', run], env);
  assert.equal(code, 2);
  assert.match(stderr, /thesis\.review\.jsonl, line 4: no JSON object\nhint: correct the line/);
  assert.equal(await readFile(file, 'utf8'), broken);
});
