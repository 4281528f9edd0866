// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from 'commander';
import { type JsonCommand, jsonShapes } from '../../cli/json/shapes.ts';
import { makeProgram } from '../../cli/main.ts';
import { openHome } from '../../services/machine/home.ts';
import { parseShape } from '../rig/assert-shape.ts';
import { type SpokenOllama, startSpokenOllama } from '../rig/servers/spoken-ollama.ts';
import { temper } from '../rig/temper.ts';

let ollama: SpokenOllama;
let folder: string;
let env: Record<string, string>;
const run = 'talk-20260101-120000-abcd';
const other = 'talk-20260102-120000-abcd';

before(async () => {
  ollama = await startSpokenOllama();
  ollama.models = { 'one:latest': `sha256:${'a'.repeat(64)}`, 'two:latest': `sha256:${'b'.repeat(64)}` };
  folder = await mkdtemp(join(tmpdir(), 'temper-json-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder, OLLAMA_HOST: ollama.url };
  const { runs } = openHome(env);
  for (const runId of [run, other]) {
    const step = join(runs, runId, 'steps', 'train');
    await mkdir(step, { recursive: true });
    const failure = { code: 'NAN_LOSS', message: 'the loss is nan', remedy: 'Lower it.' };
    const steps = {
      train: { uses: 'train', state: 'failed', failure, because: 'first_run', startedAt: 1, endedAt: 2 },
    };
    const state = { runId, pipeline: 'talk', status: 'failed', steps, startedAt: 1, endedAt: 3 };
    await writeFile(join(runs, runId, 'run.json'), JSON.stringify(state));
    await writeFile(
      join(runs, runId, 'plan.json'),
      JSON.stringify({ pipeline: 'talk', inputs: { n: runId }, steps: [], document: { path: 'talk.yaml', text: '' } }),
    );
    await writeFile(join(step, 'log.txt'), '--- attempt 1, now, on vm: first ---\n{"event":"saving","step":3}\n');
    const line = { event: 'started', attempt: 1, at: '2026-01-01T12:00:00.000Z', execution: 'e', pid: 1, host: 'vm' };
    await writeFile(join(step, 'attempts.jsonl'), `${JSON.stringify(line)}\n`);
  }
});
after(async () => {
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
});

const names = (command: Command, before = ''): string[] =>
  command.commands.flatMap((each) => {
    const name = `${before}${each.name()}`;
    return each.commands.length > 0 ? names(each, `${name} `) : [name];
  });
const find = (program: Command, name: string) =>
  name.split(' ').reduce((command, word) => command.commands.find((each) => each.name() === word)!, program);

/** They print a script, and words for it. */
const withoutJson = ['completion', 'complete', 'help'];

test('every command takes --json, and its shape is documented', () => {
  const program = makeProgram(() => async () => {});
  const all = names(program).filter((name) => !withoutJson.includes(name));
  assert.deepEqual(
    all.filter((name) => !find(program, name).options.some(({ long }) => long === '--json')),
    [],
  );
  assert.deepEqual(Object.keys(jsonShapes).sort(), all.sort());
});

const tried: readonly [JsonCommand, string[], exit: number][] = [
  ['validate', ['pipelines/invalid/misspelled.yaml'], 2],
  ['validate', ['pipelines/quickstart.yaml'], 0],
  ['plan', ['pipelines/quickstart.yaml'], 0],
  ['ps', [], 0],
  ['show', [run], 0],
  ['report', [run, '--out', '/dev/null'], 0],
  ['diff', [run, other], 0],
  ['compare', ['one', 'two', 'Who are you?'], 0],
  ['models', [], 0],
  ['lineage', ['one'], 1],
  ['status', [], 1],
  ['down', [], 0],
  ['gc', ['--dry-run', '--verify'], 0],
  ['secret set', ['SOME_TOKEN'], 0],
  ['secret ls', [], 0],
];
for (const [command, args, exit] of tried)
  test(`\`temper ${[command, ...args].join(' ')} --json\` prints its shape and nothing else`, async () => {
    const { code, stdout, stderr } = await temper([...command.split(' '), ...args, '--json'], env, { input: 'value' });
    assert.equal(code, exit, stderr);
    parseShape(command, stdout);
  });

test('each line of a log is an object: an event of the trainer, or a text', async () => {
  const { stdout } = await temper(['logs', `${run}/train`, '--json'], env);
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) parseShape('logs', line);
  assert.deepEqual(JSON.parse(lines[1]!), { step: 'train', event: { event: 'saving', step: 3 } });
});
