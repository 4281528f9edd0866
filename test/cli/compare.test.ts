// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { Handle } from '../../core/handles.ts';
import { type Home, openHome } from '../../services/machine/home.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { type SpokenOllama, startSpokenOllama } from '../rig/servers/spoken-ollama.ts';
import { temper } from '../rig/temper.ts';

// A run that has ended, and an Ollama whose models each say their name.
const run = 'parrot-20260101-120000-abcd';
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
let ollama: SpokenOllama;
let folder: string;
let home: Home;
let env: Record<string, string>;

before(async () => {
  ollama = await startSpokenOllama();
  folder = await mkdtemp(join(tmpdir(), 'temper-compare-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder, OLLAMA_HOST: ollama.url };
  home = openHome(env);
  const report = await publishReport();
  const model: Handle = { kind: 'ollama', uri: 'ollama:parrot:candidate', digest: digest('b'), size: 1 };
  const steps = {
    model: { uses: 'import', state: 'succeeded', outputs: { model } },
    verdict: { uses: 'evaluate', state: 'succeeded', outputs: { report, better: true } },
  };
  await mkdir(join(home.runs, run), { recursive: true });
  const state = { runId: run, pipeline: 'parrot', status: 'succeeded', steps, startedAt: 1, endedAt: 2 };
  await writeFile(join(home.runs, run, 'run.json'), JSON.stringify(state));
  const serve = {
    id: 'serve',
    uses: 'promote',
    with: { model: '${{ steps.model.outputs.model }}', to: 'parrot:latest' },
  };
  await writeFile(
    join(home.runs, run, 'plan.json'),
    JSON.stringify({ pipeline: 'parrot', inputs: {}, steps: [serve] }),
  );
});
after(async () => {
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  ollama.models = { 'base:1b': digest('a'), 'parrot:candidate': digest('b'), 'parrot:latest': digest('c') };
  ollama.asked.length = 0;
});

async function publishReport(): Promise<Handle> {
  const store = new ArtifactStore(home.store);
  const staging = await store.stage('test');
  const report = {
    before: { name: 'base:1b', digest: digest('a') },
    after: { name: 'parrot:candidate', digest: digest('b') },
    metric: 'none',
    verdict: 'asked',
    options: { max_tokens: 77, seed: 7, system: 'You are a parrot.', think: false },
    questions: [],
  };
  await writeFile(join(staging, 'files', 'report.json'), JSON.stringify(report));
  return await store.publish(staging, 'report');
}

const compare = async (...args: string[]) => await temper(['compare', ...args], env);

test('of a run, base, tuned model and production answer as its evaluation asks', async () => {
  const { code, stdout, stderr } = await compare(run, 'Who are you?', '--json');
  assert.equal(code, 0, stderr);
  const { question, options, answers } = JSON.parse(stdout);
  assert.equal(question, 'Who are you?');
  assert.deepEqual(options, { max_tokens: 77, seed: 7, system: 'You are a parrot.', think: false });
  assert.deepEqual(
    answers.map(({ role, name, text }: Record<string, string>) => [role, name, text]),
    [
      ['before', 'base:1b', 'I am base:1b'],
      ['after', 'parrot:candidate', 'I am parrot:candidate'],
      ['production', 'parrot:latest', 'I am parrot:latest'],
    ],
  );
  assert.equal(ollama.asked.length, 3);
  for (const { messages, options: how } of ollama.asked) {
    assert.deepEqual(messages[0], { role: 'system', content: 'You are a parrot.' });
    assert.deepEqual([how.temperature, how.seed, how.num_predict], [0, 7, 77]);
  }
});

test('the tuned model in production is asked once', async () => {
  ollama.models['parrot:latest'] = digest('b');
  const { stdout } = await compare('@latest', 'Who are you?');
  assert.match(stdout, /base:1b +│ parrot:candidate\n/);
  assert.match(stdout, /1 of 3 words differ from base:1b|2 of \d words differ from base:1b/);
});

test('a name that a later run has taken is no longer asked for this run', async () => {
  ollama.models['parrot:candidate'] = digest('d');
  ollama.models['parrot:temper-kept'] = digest('b');
  const kept = JSON.parse((await compare(run, 'Who?', '--json')).stdout);
  assert.equal(kept.answers[1].name, 'parrot:temper-kept');
  delete ollama.models['parrot:temper-kept'];
  const gone = await compare(run, 'Who?');
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /no longer has parrot:candidate \(bbbbbbbbbbbb\), which parrot-\S+\/model imported/);
  assert.match(gone.stderr, new RegExp(`hint: \`npx temper rerun ${run}\``));
});

test('a base that Ollama no longer has is fetched by the command in the hint', async () => {
  delete ollama.models['base:1b'];
  const { code, stderr } = await compare(run, 'Who?');
  assert.equal(code, 1);
  assert.match(stderr, /has no model base:1b\nhint: .*ollama pull base:1b/);
});

test('models are compared by their names, and a run may stand among them', async () => {
  const { stdout } = await compare('parrot', 'base:1b', 'Who are you?', '--json');
  const { answers, options } = JSON.parse(stdout);
  assert.deepEqual(
    answers.map(({ role }: { role: string }) => role),
    ['named', 'named'],
  );
  assert.deepEqual(options, { max_tokens: 256, seed: 42, system: null, think: false });
});

test('questions are read from a pipe, one a line', async () => {
  const args = ['compare', 'parrot', 'base:1b', '--json'];
  const { code, stdout } = await temper(args, env, { input: 'One?\n\nTwo?\n' });
  assert.equal(code, 0);
  const questions = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).question);
  assert.deepEqual(questions, ['One?', 'Two?']);
});

test('a word that names nothing may be a model or a question, and both ways are told', async () => {
  const { code, stderr } = await compare('parrot', 'hello');
  assert.equal(code, 1);
  assert.match(stderr, /ollama pull hello.*--question hello/);
  const one = await compare('parrot', 'Who are you?');
  assert.equal(one.code, 2);
  assert.match(one.stderr, /only one model to ask: parrot:latest/);
});
