// needs: python, ollama
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promote } from '../../activities/promote/promote.ts';
import type { Handle } from '../../core/handles.ts';
import type { StepKind } from '../../core/kinds/registry.ts';
import type { LineageNode } from '../../core/lineage.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { type Home, openHome } from '../../services/machine/home.ts';
import { readServed, writeServed } from '../../services/ollama/served-models.ts';
import { writeStepOutcome } from '../../services/runs/step-outcome.ts';
import { dropBytes } from '../../services/store/artifact-removal.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import { writeStepRecord } from '../../services/store/reuse-index.ts';
import { carryOut } from '../rig/carry-out.ts';
import { makeDeps } from '../rig/deps.ts';
import { startOllama, type TestOllama } from '../rig/servers/ollama-server.ts';
import { putModel } from '../rig/smallest-gguf.ts';
import { temper } from '../rig/temper.ts';

// Two nights of a home whose runs Temporal has never heard of: all is told by what they have left in it, and by Ollama.
let ollama: TestOllama;
let folder: string;
let home: Home;
let store: ArtifactStore;
let env: Record<string, string>;
let deps: Awaited<ReturnType<typeof makeDeps>>;
const [first, second] = ['nightly-20260101-020000-aaaa', 'nightly-20260102-020000-bbbb'];
const digests: Record<string, string> = {};
const adapters: string[] = [];

before(async () => {
  ollama = await startOllama();
  folder = await mkdtemp(join(tmpdir(), 'temper-models-'));
  env = { TEMPER_HOME: join(folder, 'home'), OLLAMA_HOST: ollama.url };
  home = openHome(env);
  store = new ArtifactStore(home.store);
  deps = await makeDeps({ store, runs: home.runs, ollama: { serving: ollama.url, own: ollama.url, ownModels: '' } });
  await night(first, 40, { score: 0.8, production: null });
  await night(second, 43, { score: 0.9, production: 0.8 });
});
after(async () => {
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(deps.root, { recursive: true, force: true });
});

/** What the steps of a night leave: artifacts with their lineage, results, records of keys, and a model that is served. */
async function night(
  runId: string,
  rows: number,
  verdict: { score: number; production: number | null },
): Promise<void> {
  const run = join(home.runs, runId);
  const source = `sha256:${`${rows}`.repeat(32)}`;
  await mkdir(run, { recursive: true });
  await writeFile(join(run, 'plan.json'), JSON.stringify({ version: 2, pipeline: 'nightly', steps: [], inputs: {} }));
  await writeFile(
    join(run, 'pins.json'),
    JSON.stringify({ files: { '/data/rows.jsonl': { digest: source, size: 1 } } }),
  );
  const publish = async (kind: Handle['kind'], meta: Manifest['meta'] = {}) => {
    const staging = await store.stage('test');
    await writeFile(join(staging, 'files', 'content'), `${kind} of ${runId}`);
    return await store.publish(staging, kind, meta);
  };
  const done = async (
    step: string,
    uses: StepKind,
    options: object,
    outputs: Outputs,
    summary = '',
    more: Handle[] = [],
  ) => {
    const key = `sha256:${Buffer.from(`${runId}/${step}`).toString('hex').padEnd(64, '0')}`;
    const artifacts = more.map(({ digest }) => digest);
    const result = { uses, outputs, summary, artifacts, key, finishedAt: `2026-01-01T00:00:${rows}.000Z` };
    await writeStepOutcome(join(run, 'steps', step), result);
    await writeStepRecord(store.root, { ...result, runId, step, ingredients: { options } });
  };
  const by = ({ kind, digest }: Handle) => ({ kind, digest });
  const base = { name: 'org/base', digest: 'hub:org/base@0123abc' };
  const dataset = await publish('dataset');
  await done('data', 'prepare', { source }, { dataset, rows }, `${rows} rows`);
  const continued = runId === second ? { continued_from: { name: 'talk', digest: adapters[0]! } } : {};
  const checkpoints = await publish('checkpoints', { base, dataset, ...continued });
  await done('train', 'train', { base: base.digest, dataset: by(dataset) }, { checkpoints }, 'trained');
  const adapter = await publish('adapter', { base, dataset, ...continued });
  adapters.push(adapter.digest);
  await done('best', 'checkpoint', { from: by(checkpoints) }, { adapter }, 'step 120');
  const model = await publish('model', { base, dataset, adapter });
  await done('merged', 'merge', { base: base.digest, adapter: by(adapter) }, { model }, 'merged');
  const common = { base, dataset, adapter, model, template: `sha256:${'1'.repeat(64)}` };
  const f16 = await publish('gguf', { ...common, type: 'f16', parent: null });
  const gguf = await publish('gguf', { ...common, type: 'q8_0', parent: f16 });
  await done('gguf', 'quantize', { model: by(model) }, { gguf }, 'q8_0 by ollama', [f16, gguf]);
  const digest = await putModel(ollama.server, 'talk:candidate', runId, folder);
  digests[runId] = digest;
  const handle: Handle = { kind: 'ollama', uri: 'ollama:talk:candidate', digest, size: 1 };
  const proof = await publish('report', { gguf });
  await done('model', 'import', { gguf: by(gguf) }, { model: handle, proof }, 'talk:candidate, proven');
  await writeServed(store.root, digest, {
    name: 'talk:candidate',
    gguf,
    lineage: { ...common, parent: f16 },
    proof,
    createdAt: '',
  });
  const report = await publish('report', { before: 'x', after: digest, metric: 'chrf' });
  await done('verdict', 'evaluate', {}, { ...verdict, baseline: 0.5, better: true, report }, `after ${verdict.score}`);
  await carryOut(promote(deps), { model: handle, to: 'talk' }, { runId, step: 'serve' });
  for (const each of [model, f16]) await dropBytes(store, each, runId);
}

const short = (run: string) => digests[run]!.slice(7, 19);

test('models tells name, digest, score, data and run, and what is kept', async () => {
  const { code, stdout, stderr } = await temper(['models'], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^talk:latest {2}${short(second)} {2}since 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d\n`));
  assert.match(stdout, /0\.90 chrf, before 0\.50, in production 0\.80\n/);
  assert.match(stdout, new RegExp(`promoted by ${second}/serve\n {2}trained on data \\w{12} \\(43 rows\\)\n`));
  assert.match(stdout, new RegExp(`kept models.*\n {4}${short(first)} {2}0\\.80 chrf .*${first}\n$`));
  const [served] = JSON.parse((await temper(['models', '--json'], env)).stdout);
  assert.deepEqual(
    [served.name, served.state, served.facts.run, served.kept.length],
    ['talk:latest', 'served', second, 1],
  );
});

test('lineage walks from the name to data and base, with run and step of each, though Temporal knows nothing and bytes are gone', async () => {
  const { code, stdout, stderr } = await temper(['lineage', 'talk'], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`served as talk:latest since .* ${second}/serve\n`));
  assert.match(stdout, new RegExp(`after 0\\.9 {2}${second}/verdict, `));
  const lines = stdout.split('\n').map((line) => line.replace(/ {2}[0-9a-f]{12}(?= |$)/, ''));
  const made = (step: string) => `${second}/${step}`;
  const dropped = '(bytes deleted; temper makes it again if needed)';
  assert.deepEqual(lines.slice(lines.findIndex((line) => line.startsWith('└'))), [
    `└ import as talk:candidate  talk:candidate, proven  ${made('model')}`,
    `  └ gguf  q8_0 by ollama  ${made('gguf')}`,
    `    └ f16 gguf  q8_0 by ollama  ${made('gguf')}  ${dropped}`,
    `      └ model  merged  ${made('merged')}  ${dropped}`,
    `        └ adapter  step 120  ${made('best')}`,
    `          └ checkpoints  trained  ${made('train')}`,
    `            ├ dataset  43 rows  ${made('data')}`,
    '            │ └ file  /data/rows.jsonl',
    `            └ adapter to start from  step 120  ${first}/best`,
    `              └ checkpoints  trained  ${first}/train`,
    '                ├ base  org/base at 0123abc',
    `                └ dataset  40 rows  ${first}/data`,
    '                  └ file  /data/rows.jsonl',
    '',
  ]);
  const byDigest = JSON.parse((await temper(['lineage', short(first), '--json'], env)).stdout);
  const whole: LineageNode[] = byDigest.from;
  assert.deepEqual([byDigest.digest, whole[0]!.what, byDigest.servedAs[0].run], [digests[first], 'gguf', first]);
});

test('lineage says of a model that temper did not make that it did not, and of no model that there is none', async () => {
  await putModel(ollama.server, 'pulled:latest', 'somebody’s', folder);
  const foreign = await temper(['lineage', 'pulled'], env);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stdout, /^pulled:latest .*\nNo lineage: temper did not make this model/);
  const none = await temper(['lineage', 'nobody'], env);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /unknown model "nobody"/);
});

test('rollback serves what was served before, says how it is undone, and is told by models', async () => {
  const { code, stdout, stderr } = await temper(['rollback', 'talk'], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^talk is now ${short(first)}, before ${short(second)}\n {2}0\\.80 chrf`));
  assert.match(stdout, new RegExp(`hint: undo with \`npx temper rollback talk --to ${second}\`\n`));
  assert.equal((await ollama.server.find('talk'))?.digest, digests[first]);
  const models = (await temper(['models'], env)).stdout;
  assert.match(models, new RegExp(`${short(first)} {2}since .*, by rollback\n`));
  assert.match(models, new RegExp(`${short(second)} {2}0\\.90 chrf .*${second} {2}rolled back 20`));

  const nothing = await temper(['rollback', 'talk'], env);
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /nothing to roll back to/);
  const undone = await temper(['rollback', 'talk', '--to', second.slice(0, 18)], env);
  assert.match(undone.stdout, new RegExp(`^talk is now ${short(second)}`));
  assert.match((await temper(['rollback', 'talk', '--to', second], env)).stdout, /is \w{12} already/);
});

test('a name or run that temper does not know is told with those it does', async () => {
  const name = await temper(['rollback', 'tolk'], env);
  assert.deepEqual(
    [name.code, name.stderr],
    [2, 'temper has never promoted a model to "tolk"\nhint: serving names: talk:latest\n'],
  );
  const run = await temper(['rollback', 'talk', '--to', 'weekly'], env);
  assert.equal(run.code, 2);
  assert.match(
    run.stderr,
    new RegExp(`no run "weekly" has promoted a model to talk\nhint: runs that have: ${first}, ${second}`),
  );
});

test('models warns of a name that somebody else moved, and of one that is gone; a rollback serves again', async () => {
  await ollama.server.copy('pulled', 'talk:latest');
  assert.match(
    (await temper(['models'], env)).stdout,
    new RegExp(`changed outside temper, which served ${short(second)} last\n`),
  );
  assert.match((await temper(['rollback', 'talk'], env)).stdout, new RegExp(`^talk is now ${short(second)}`));
  await ollama.server.delete('talk:latest');
  assert.match((await temper(['models'], env)).stdout, /no model[\s\S]*Ollama no longer has this name/);
  assert.match((await temper(['rollback', 'talk'], env)).stdout, new RegExp(`^talk is now ${short(second)}`));
});

test('gc removes nothing of what is served or kept', async () => {
  const { code, stdout } = await temper(['gc', '--older-than', '1s'], env);
  assert.equal(code, 0, stdout);
  for (const run of [first, second]) assert.ok(await readServed(store.root, digests[run]!));
  assert.match((await temper(['models'], env)).stdout, new RegExp(first));
  assert.equal((await temper(['lineage', digests[first]!], env)).code, 0);
});
