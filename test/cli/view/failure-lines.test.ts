// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { failureLines, resumeCautions } from '../../../cli/view/failure-lines.ts';
import { errors } from '../../../core/errors/catalogue.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import { commandAfter } from '../../../core/words/after-failure.ts';

const runId = 'talk-20260101-120000-abcd';
let runs: string;
before(async () => {
  runs = await mkdtemp(join(tmpdir(), 'temper-failures-'));
});
after(async () => await rm(runs, { recursive: true, force: true }));

const failure = { code: 'NAN_LOSS', message: 'the loss is nan at step 3', remedy: 'Lower `learning_rate`.' } as const;
const state = (over: Partial<RunState> = {}): RunState => ({
  runId,
  pipeline: 'talk',
  status: 'failed',
  startedAt: 0,
  endedAt: 1,
  steps: { train: { uses: 'train', state: 'failed', failure } },
  ...over,
});
const linesOf = async (of: RunState) => (await failureLines(runs, of)).map(stripVTControlCharacters);

test('a failure ends with its step and facts, its log, what to do, and the command for it', async () => {
  const folder = join(runs, runId, 'steps', 'train');
  await mkdir(folder, { recursive: true });
  const log = [
    '--- attempt 1, 2026-01-01T12:00:00.000Z, on vm: first run of this step ---',
    ...Array.from({ length: 8 }, (_, at) => `line ${at}`),
    '{"event":"early_stopped","step":3,"best_step":null,"best_eval_loss":null}',
    'Loading weights:  50%|#####     | 25/50',
    'failed: the loss is nan at step 3 [NAN_LOSS]',
    '{"event":"failed","code":"NAN_LOSS","message":"the loss is nan at step 3","facts":{}}',
    '',
  ];
  await writeFile(join(folder, 'log.txt'), log.join('\n'));
  assert.deepEqual(await linesOf(state()), [
    '',
    'train: the loss is nan at step 3 [NAN_LOSS]',
    '  The last lines of its log:',
    ...[3, 4, 5, 6, 7].map((at) => `    line ${at}`),
    '    stopped early at step 3',
    '  What to do: Lower `learning_rate`.',
    `  npx temper rerun ${runId} --set train.learning_rate=VALUE`,
  ]);
});

test('lines that the message has already are not said again', async () => {
  const told = { ...failure, code: 'UNKNOWN', message: 'exited with code 1; its last lines:\nline 7' } as const;
  const lines = await linesOf(state({ steps: { train: { uses: 'train', state: 'failed', failure: told } } }));
  assert.equal(lines.filter((line) => line.includes('line 7')).length, 1);
});

test('a run that could not start shows the log of its beginning', async () => {
  await writeFile(join(runs, runId, 'pin.log'), 'asking the Hub\n');
  const gone = { code: 'HUB_UNREACHABLE', message: 'no answer', remedy: 'Check the network.' } as const;
  const lines = await linesOf(state({ steps: {}, failure: gone }));
  assert.ok(lines.includes('    asking the Hub'));
  assert.equal(lines.at(-1), `  npx temper resume ${runId}`);
});

test('an open run has no command below a failure: it asks for its own answer', async () => {
  assert.ok(!(await linesOf(state({ status: 'running' }))).some((line) => line.includes('npx temper')));
});

const at = { run: runId, root: runId, step: 'train' };

test('every failure has a command, and none sets an option of a pipeline that runs as a step', () => {
  for (const code of Object.keys(errors))
    assert.match(commandAfter(code, at), /^npx temper (?:(?:resume|rerun|review|show) talk-|run FILE$)/);
  assert.equal(commandAfter('NAN_LOSS', { ...at, run: `${runId}.part` }), 'npx temper run FILE');
  assert.equal(commandAfter('PIPELINE_FAILED', at), `npx temper show ${runId}.train`);
  assert.equal(
    commandAfter('BAD_OPTIONS', { ...at, step: 'train@r=8' }),
    `npx temper rerun ${runId} --set train.OPTION=VALUE`,
  );
  assert.equal(
    commandAfter('MODEL_NOT_FOUND', { run: runId, root: runId }),
    `npx temper rerun ${runId} --set STEP.base=VALUE`,
  );
  assert.equal(commandAfter('A_LATER_CODE', at), `npx temper resume ${runId}`);
});

test('rows without a decision are sent to their review: a resumed run ends as before and does not see the decisions', () => {
  assert.equal(commandAfter('ROWS_UNREVIEWED', { ...at, step: 'data' }), `npx temper review ${runId}/data`);
  assert.equal(
    commandAfter('ROWS_UNREVIEWED', { run: `${runId}.part`, root: runId, step: 'data' }),
    `npx temper review ${runId}.part/data`,
  );
});

test('a failure that the document or its files cause is not sent to `resume`, which keeps both', () => {
  for (const code of [
    'BAD_REVIEW',
    'DOCUMENT_UNREADABLE',
    'DOCUMENT_WITHOUT_TEXT',
    'BAD_DATA',
    'TRAINING_ROWS_IN_QUESTIONS',
  ])
    assert.equal(commandAfter(code, at), `npx temper rerun ${runId}`, code);
  for (const code of ['ENDPOINT_MODEL_UNKNOWN', 'NO_EVAL_DATA', 'OUTPUT_MISSING', 'PLAN_VERSION'])
    assert.equal(commandAfter(code, at), 'npx temper run FILE', code);
});

test('who resumes a run whose failure a resumed run meets again is told the command that is meant for it', () => {
  const failed = (code: keyof typeof errors) =>
    resumeCautions(state({ steps: { data: { uses: 'prepare', state: 'failed', failure: { ...failure, code } } } }));
  assert.deepEqual(failed('ROWS_UNREVIEWED'), [
    `a resumed run keeps its document and its files; after ROWS_UNREVIEWED of data: \`npx temper review ${runId}/data\``,
  ]);
  assert.deepEqual([failed('SECRET_MISSING'), failed('KILLED'), failed('OUT_OF_MEMORY')], [[], [], []]);
});
