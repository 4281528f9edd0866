// needs: time
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Handle } from '../../../core/handles.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import { readStepRecord } from '../../../services/store/reuse-index.ts';
import { sweepStagings } from '../../../services/store/staging-folders.ts';
import { type Operation, withHooks } from '../fixtures/file-faults.ts';
import { publishStep, stepKey, writeOutput } from '../fixtures/publish-step.ts';
import { translated } from '../fixtures/translated.ts';

const publishAndDie = fileURLToPath(new URL('../fixtures/publish-and-die.ts', import.meta.url));
const finishedAt = '2026-01-01T00:00:00.000Z';

let folder: string;
let output: string;
let expected: Handle;
let program: string;
let counted = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-publish-'));
  output = join(folder, 'output');
  writeOutput(output);
  expected = await publishStep(join(folder, 'whole'), output, finishedAt);
  program = translated(publishAndDie, join(folder, 'program'));
});
after(() => rm(folder, { recursive: true, force: true }));

const inside = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

const published = (root: string) => new ArtifactStore(root).open(expected, { verify: true, onDamage: 'report' });

/** Checks that leftovers lie only in `staging/`. Returns true if artifact and record are there. */
async function look(root: string, allowed: { damaged: boolean }): Promise<boolean> {
  const hex = expected.digest.slice('sha256:'.length);
  const only = (path: string, names: string[]) =>
    assert.deepEqual(
      inside(join(root, path)).filter((name) => !names.includes(name)),
      [],
      path,
    );
  only('', ['staging', 'artifacts', 'keys']);
  only('artifacts', [hex]);
  only(`artifacts/${hex}`, ['files', 'manifest.json', ...(allowed.damaged ? ['damaged.json'] : [])]);
  only('keys', [`${stepKey.slice('sha256:'.length)}.json`]);
  const isThere = inside(join(root, 'artifacts')).length > 0;
  if (isThere && !allowed.damaged) await published(root);
  const keys = inside(join(root, 'keys')).filter((name) => name.endsWith('.json'));
  const record = await readStepRecord(root, stepKey);
  assert.equal(record !== undefined, keys.length > 0, 'a record that stands can be read');
  if (record && !allowed.damaged) assert.ok(isThere, 'a record offers only what is there');
  return isThere && record !== undefined;
}

/** Publishes again without faults; the store must then equal one without faults. */
async function retry(root: string): Promise<void> {
  assert.deepEqual(await publishStepQuickly(root), expected);
  assert.ok(await look(root, { damaged: false }), 'done');
  await published(root);
}

/** Publishes without syncing: a kill of the process loses nothing that was written. */
async function publishStepQuickly(root: string): Promise<Handle | undefined> {
  let handle: Handle | undefined;
  await withHooks({}, async () => {
    handle = await publishStep(root, output, finishedAt);
  });
  return handle;
}

type Scenario = [what: string, prepare: (root: string) => Promise<unknown>, standing: 'nothing' | 'whole' | 'damaged'];
const scenarios: Scenario[] = [
  ['an empty store', async () => {}, 'nothing'],
  ['a store that has an equal artifact', publishStepQuickly, 'whole'],
  [
    'a store whose equal artifact is damaged',
    async (root) => {
      await publishStepQuickly(root);
      const file = join((await published(root)).path, 'checkpoint-4/adapter.safetensors');
      writeFileSync(file, readFileSync(file).fill(8, 1500, 1501));
    },
    'damaged',
  ],
];

const noSpace = ({ name, path, grows }: Operation) => {
  const code = grows ? 'ENOSPC' : 'EIO';
  return Object.assign(new Error(`${code}: ${name} ${path}`), { code });
};

interface Point {
  at: number;
  half: boolean;
}

/** Every point at which a fault can hit: before each file-system call, and in the middle of each write. */
async function pointsOf([what, prepare, standing]: Scenario): Promise<Point[]> {
  const root = join(folder, 'counted', what, String(counted++));
  await prepare(root);
  const points: Point[] = [];
  // Before it reads the store, a publish makes the same calls in every store.
  let isNew = standing === 'nothing';
  const seen = (operation: Operation) => {
    isNew ||= operation.path.startsWith(join(root, 'artifacts'));
    if (!isNew) return;
    points.push({ at: operation.number, half: false });
    if (operation.half) points.push({ at: operation.number, half: true });
  };
  await withHooks({ before: seen }, () => publishStep(root, output, finishedAt));
  return points;
}

for (const scenario of scenarios) {
  const [what, prepare, standing] = scenario;
  test(`a full disk, a failing disk or a short write at every file-system call, into ${what}, leaves nothing partial, and a retry publishes`, async (t) => {
    const points = await pointsOf(scenario);
    let refused = 0;
    for (const { at, half } of points) {
      const root = join(folder, 'full', `${at}${half}`);
      await prepare(root);
      const fail = (operation: Operation) => {
        if (operation.number !== at) return;
        if (half) operation.half?.();
        throw noSpace(operation);
      };
      let isDone = false;
      await withHooks({ before: fail }, async () => {
        isDone = await publishStep(root, output, finishedAt).then(
          () => true,
          () => false,
        );
      });
      if (!isDone) refused += 1;
      const stands = await look(root, { damaged: standing === 'damaged' });
      // It may report a failure if only the last sync failed, but never success without an artifact.
      if (isDone) assert.ok(stands, `call ${at}: said to be done`);
      if (standing === 'whole') await published(root);
      await retry(root);
      await rm(root, { recursive: true });
    }
    assert.ok(refused > 10, `${refused} refused`);
    t.diagnostic(`${points.length} points, ${refused} of them refused`);
  });
}

test('publishing fails, and does not wait, if a damaged artifact cannot be moved away', async () => {
  const root = join(folder, 'stuck');
  await scenarios[2]![1](root);
  const stuck = (operation: Operation) => {
    if (operation.name === 'rename' && operation.path.includes('damaged')) throw noSpace(operation);
  };
  await withHooks({ before: stuck }, () => assert.rejects(publishStep(root, output, finishedAt), /ENOSPC/));
});

test('every file and folder is synced before the rename, and the `artifacts` folder after it', async () => {
  const root = join(folder, 'synced');
  const seen: string[] = [];
  const note = ({ name, path }: Operation) => {
    const inside = path.replace(/^.*?staging\/run-train[^/]*/, '').replace(root, '');
    if (name === 'sync' || name === 'rename') seen.push(`${name} ${inside.replace(/\.[0-9a-f-]+\.tmp$/, '')}`);
  };
  await withHooks({ before: note }, () => publishStep(root, output, finishedAt));
  const named = seen.findIndex((line) => line.startsWith('rename /artifacts/'));
  for (const path of [
    '/files/checkpoint-4/adapter.safetensors',
    '/files/checkpoint-4/tokenizer/tokenizer.json',
    '/files/checkpoint-4/tokenizer',
    '/files/checkpoint-4',
    '/files',
    '/manifest.json',
    '',
  ])
    assert.ok(seen.slice(0, named).includes(`sync ${path}`), `${path}: ${seen.join(', ')}`);
  assert.equal(seen[named + 1], 'sync /artifacts');
});

test('SIGKILL before every file-system call and in the middle of every write leaves nothing partial, and a retry publishes', {
  timeout: 120_000,
}, async (t) => {
  const trials: (Point & { scenario: Scenario })[] = [];
  for (const scenario of scenarios) for (const point of await pointsOf(scenario)) trials.push({ ...point, scenario });
  const waiting = trials.entries();
  const lane = async () => {
    for (const [number, { scenario, at, half }] of waiting) {
      const [what, prepare, standing] = scenario;
      const root = join(folder, 'killed', String(number));
      await prepare(root);
      const child = spawn(process.execPath, [program, root, output, finishedAt, String(at), ...(half ? ['half'] : [])]);
      const [, signal] = await once(child, 'exit');
      assert.equal(signal, 'SIGKILL', `call ${at}, into ${what}`);
      await look(root, { damaged: standing === 'damaged' });
      if (standing === 'whole') await published(root);
      await sweepStagings(join(root, 'staging'));
      assert.deepEqual(inside(join(root, 'staging')), []);
      await retry(root);
      await rm(root, { recursive: true });
    }
  };
  await Promise.all([lane(), lane()]);
  t.diagnostic(`${trials.length} points`);
});
