// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from 'commander';
import { makeProgram } from '../../cli/main.ts';
import { temper } from '../rig/temper.ts';

let folder: string;
let env: Record<string, string>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-cli-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder };
});
after(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

const program = makeProgram(() => async () => {});
const allCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(allCommands)];

/** Words that a line of help may begin with: verbs in the imperative. */
const verbs = new Set(
  'accept approve ask cancel change check continue create delete disable enable end fetch fire fix keep list make manage name open pause print prove read record reject remove replace resume roll run serve set show skip start stop store teach use watch write'.split(
    ' ',
  ),
);
test('every line of help begins with a verb and has no full stop', () => {
  for (const command of allCommands(program).slice(1)) {
    const options = command.options.map(
      ({ flags, description }) => [`${command.name()} ${flags}`, description] as const,
    );
    for (const [what, text] of [[command.name(), command.description()] as const, ...options]) {
      assert.ok(verbs.has(text.split(/[ ,;:]/)[0]!), `${what}: ${text}`);
      assert.doesNotMatch(text, /\.$/, what);
    }
  }
});

test('every command has help', () => {
  for (const command of allCommands(program).slice(1))
    assert.match(command.helpInformation(), new RegExp(`^Usage: temper.*${command.name()}`));
});

test('--help shows the usage of a command and starts nothing', async () => {
  const { code, stdout } = await temper(['schedule', 'backfill', '--help'], env);
  assert.equal(code, 0);
  assert.match(stdout, /^Usage: temper schedule backfill [\s\S]*--from <day>/);
});

test('a valid document is reported as valid, a broken one with places and exit code 2', async () => {
  const valid = await temper(['validate', 'pipelines/quickstart.yaml'], env);
  assert.deepEqual([valid.code, valid.stdout], [0, 'pipelines/quickstart.yaml: valid, 11 steps\n']);
  const bad = await write('bad.yaml', 'name: bad\nsteps:\n  data: { uses: prepare, with: { sorce: ./x.jsonl } }\n');
  const { code, stderr } = await temper(['validate', bad], env);
  assert.equal(code, 2);
  assert.match(stderr, /bad\.yaml:3:34 .*unknown option "sorce".*\n.*\n.*\nhint: did you mean "source"\?\n/);
  assert.match(stderr, / {2}\| {34}~~~~~/);
});

test('validate --json gives a program the same mistakes', async () => {
  const { code, stdout } = await temper(['validate', '--json', 'pipelines/invalid/misspelled.yaml'], env);
  assert.equal(code, 2);
  const [first] = JSON.parse(stdout) as unknown[];
  assert.deepEqual(first, {
    file: 'pipelines/invalid/misspelled.yaml',
    line: 3,
    column: 1,
    code: 'UNKNOWN_KEY',
    reason: 'unknown-key',
    facts: { key: 'inptus', hint: { meant: 'inputs' } },
    message: 'unknown key "inptus"',
    hint: 'did you mean "inputs"?',
    docs: 'docs/errors.md#in-a-document',
    fixable: true,
  });
});

const mistakes: [string, string[], number, RegExp][] = [
  ['a file that is not there', ['run', 'nowhere.yaml'], 2, /nowhere\.yaml: no such file/],
  ['a directory', ['validate', 'pipelines'], 2, /it is a directory/],
  ['an unknown command', ['rnu'], 2, /unknown command 'rnu'[\s\S]*run/],
  ['an unknown option', ['run', '--force', 'x.yaml'], 2, /unknown option '--force'/],
  [
    'an input of the wrong form',
    ['plan', 'pipelines/sar-expert.yaml', '-i', 'base'],
    2,
    /--input base: expected name=value\nhint: /,
  ],
  [
    'an input that the pipeline lacks',
    ['plan', 'pipelines/sar-expert.yaml', '-i', 'bse=x'],
    2,
    /unknown input "bse"\nhint: did you mean "base"/,
  ],
  [
    'an age of the wrong form',
    ['gc', '--older-than', 'soon'],
    2,
    /`--older-than` must be an age such as `30d` or `12h`, got `soon`/,
  ],
  ['a run that does not exist', ['show', 'nothing'], 2, /there are no runs yet/],
  ['a secret with a small name', ['secret', 'set', 'token'], 2, /invalid name of a secret: "token"\nhint: /],
];
for (const [what, args, code, message] of mistakes) {
  test(`${what} is reported without a stack trace`, async () => {
    const ended = await temper(args, env);
    assert.equal(ended.code, code);
    assert.match(ended.stderr, message);
    assert.doesNotMatch(ended.stderr, /\n {4}at /);
  });
}

test('plan shows each value and where it comes from, without starting anything', async () => {
  const { code, stdout } = await temper(
    ['plan', 'pipelines/sar-expert.yaml', '-i', 'base=Qwen/Qwen2.5-0.5B-Instruct'],
    env,
  );
  assert.equal(code, 0);
  assert.match(stdout, /input base = "Qwen\/Qwen2.5-0.5B-Instruct" \(given\)/);
  assert.match(stdout, /lora\.alpha = 32\n/);
  assert.match(stdout, /seed = 42 \(default\)/);
  assert.match((await temper(['status'], env)).stdout, /Nothing is running/);
});

test('an evaluation whose questions lack references is refused before anything starts', async () => {
  await write('questions.jsonl', '{"prompt":"a","reference":"b"}\n{"prompt":"c"}\n');
  const file = await write(
    'judge.yaml',
    'name: judge\nsteps:\n  verdict: { uses: evaluate, with: { before: a, after: b, prompts: ./questions.jsonl } }\n',
  );
  const { code, stderr } = await temper(['run', file], env);
  assert.equal(code, 2);
  assert.match(stderr, /questions\.jsonl has no reference answer in line 2/);
});

test('a secret is read from stdin, kept for its owner alone, and listed by name', async () => {
  const { code, stdout } = await temper(['secret', 'set', 'HF_TOKEN'], env, { input: 'hf_value\n' });
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /hf_value/);
  const file = join(env.TEMPER_HOME!, 'secrets', 'HF_TOKEN');
  assert.equal(await readFile(file, 'utf8'), 'hf_value');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await temper(['secret', 'ls'], env)).stdout, 'HF_TOKEN\n');
});

test('gc of a home in which nothing was made yet says so, and needs no server', async () => {
  const { code, stdout } = await temper(['gc', '--verify'], { ...env, OLLAMA_HOST: '' });
  assert.equal(code, 0);
  assert.match(stdout, /0 artifacts \(0 B\) intact, 0 damaged\n/);
  assert.match(stdout, /all +0 +0 B +0 +0 B\n$/);
});
