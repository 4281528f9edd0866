import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { viewOf } from '../../../core/report/run-view.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import { RunReader } from '../../../services/report/run-reader.ts';
import { lines, told, writeRun } from '../../rig/run-home.ts';

let home: string;
let place: { runs: string; store: string };
let state: RunState;
const known = { now: Date.parse('2026-03-02T00:00:00Z'), version: '1.2.3' };

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'temper-run-reader-'));
  place = { runs: join(home, 'runs'), store: join(home, 'store') };
  state = await writeRun(home);
});
after(async () => await rm(home, { recursive: true, force: true }));

const view = async (reader = new RunReader(place)) => viewOf(await reader.read(state, known));

test('curves, rows, answers and attempts of a run are read from its home', async () => {
  const { trainings, datasets, exams, timeline, configuration } = await view();
  assert.deepEqual(trainings[0]!.curves.interruptions, [{ reached: 30, resumedFrom: 20 }]);
  assert.equal(trainings[0]!.curves.reached, 60);
  assert.deepEqual(
    datasets[0]!.rows!.shortest.map(({ part, line, length }) => [part, line, length]),
    [
      ['train', 1, 7],
      ['train', 2, 8],
      ['eval', 1, 11],
    ],
  );
  assert.equal(datasets[0]!.summary!.dropped!.duplicate, 1);
  assert.equal(exams[0]!.questions.length, 3);
  assert.deepEqual(
    timeline.steps.find(({ id }) => id === 'train')!.work.map(({ how }) => how),
    ['failed', 'succeeded'],
  );
  assert.equal(configuration!.path, '/work/parrot.yaml');
});

test('a log is read on from where the last reading ended, also in the middle of a line', async () => {
  const reader = new RunReader(place);
  const file = join(place.runs, state.runId, 'steps/train/log.txt');
  const [line] = lines([{ ...told.at(-1)!, event: 'checkpoint', step: 61 }]).split('\n');
  const checkpoints = async () => (await view(reader)).trainings[0]!.curves.checkpoints.at(-1);
  assert.equal(await checkpoints(), 60);
  await appendFile(file, line!.slice(0, 20));
  assert.equal(await checkpoints(), 60);
  await appendFile(file, `${line!.slice(20)}\n`);
  assert.equal(await checkpoints(), 61);
});

test('a reused training shows the curve of the run that trained', async () => {
  const reused: RunState = {
    ...state,
    runId: 'later',
    steps: {
      renamed: {
        uses: 'train',
        state: 'reused',
        reusedFrom: state.runId,
        because: { code: 'equal', facts: { run: state.runId, step: 'train' } },
      },
    },
  };
  const { trainings } = viewOf(await new RunReader(place).read(reused, known));
  assert.equal(trainings[0]!.reusedFrom, state.runId);
});

test('what the store no longer has is told as gone, and the rest is shown', async () => {
  await rm(join(place.store, 'artifacts'), { recursive: true });
  const { exams, examsGone, datasets, trainings } = await view();
  assert.deepEqual([exams.length, examsGone, datasets[0]!.rows, trainings.length], [0, ['verdict'], undefined, 1]);
});
