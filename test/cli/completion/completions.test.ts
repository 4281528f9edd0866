// needs: nothing
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { completionsFor } from '../../../cli/completion/completions.ts';
import { scripts } from '../../../cli/completion/scripts.ts';
import { makeProgram } from '../../../cli/main.ts';

const program = makeProgram(() => async () => {});
const run = 'talk-20260101-120000-abcd';
const known = { runs: async () => [run], models: async () => ['talk:latest'] };
const words = async (...line: string[]) => {
  const found = await completionsFor(program, line, known);
  return found === 'files' ? found : found.map(({ word }) => word);
};

test('commands are completed, and below a group the commands of the group', async () => {
  assert.deepEqual(await words('line'), ['lineage']);
  assert.deepEqual(await words('schedule', 'pa'), ['pause']);
  assert.ok(!((await words('')) as string[]).includes('complete'), 'the command of the scripts is hidden');
});

test('options are those of the command, without hidden ones', async () => {
  assert.deepEqual(await words('rerun', '@latest', '--d'), ['--dry-run', '--detach']);
  assert.deepEqual(await words('rerun', '--y'), []);
});

test('a run is completed where a run is named, a model where a model is, and both where either may be', async () => {
  assert.deepEqual(await words('show', ''), ['@latest', run]);
  assert.deepEqual(await words('diff', run, 'talk-'), [run]);
  assert.deepEqual(await words('lineage', ''), ['talk:latest']);
  assert.deepEqual(await words('compare', run, 'talk'), [run, 'talk:latest']);
});

test('files are left to the shell, and a value of an option is no argument', async () => {
  assert.equal(await words('run', ''), 'files');
  assert.equal(await words('validate', 'a.yaml', ''), 'files');
  assert.deepEqual(await words('approve', '--comment', ''), []);
  assert.deepEqual(await words('rollback', 'talk', '--to', ''), ['@latest', run]);
  assert.deepEqual(await words('approve', '--step', 'ask', ''), ['@latest', run]);
  assert.deepEqual(await words('cancel', run, ''), []);
});

// bash splits words at `@` and `:`, which names of runs and models hold.
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-completion-'));
  await mkdir(join(folder, 'home', 'runs', run), { recursive: true });
  await symlink(fileURLToPath(new URL('../../../bin/temper.mjs', import.meta.url)), join(folder, 'temper'));
});
after(async () => await rm(folder, { recursive: true, force: true }));

for (const [line, parts, reply] of [
  ['temper sho', ['temper', 'sho'], 'show'],
  ['temper show @la', ['temper', 'show', '@', 'la'], 'latest'],
  ['temper show talk-2026', ['temper', 'show', 'talk-2026'], run],
] as const)
  test(`bash completes \`${line}\``, () => {
    const script = `${scripts.bash}
COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}
COMP_WORDS=(${parts.map((part) => JSON.stringify(part)).join(' ')}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_temper; printf '%s\\n' "\${COMPREPLY[@]}"`;
    assert.equal(inShell('bash', script), reply);
  });

// What a person sees at the key: the word, and what it means.
const asked: readonly (readonly [line: string, reply: readonly string[]])[] = [
  ['temper sho', ['show', about('show')]],
  ['temper plan --gr', ['--graph', 'print the steps as a Mermaid flow chart']],
  ['temper show talk-2026', [run, 'run']],
];
for (const [line, reply] of asked) {
  test(`fish completes \`${line}\``, needs('fish'), () => {
    const script = `${scripts.fish}\ncomplete -C '${line}'`;
    assert.deepEqual(inShell('fish', script).split('\t'), reply);
  });

  test(`zsh completes \`${line}\``, needs('zsh'), () => {
    // Only the menu is replaced, which needs a terminal.
    const script = `compdef() { : }; _describe() { print -r -- \${(P)2} }
${scripts.zsh.replace('(( $+functions[compdef] ))', 'true')}
words=(${line}); CURRENT=$#words; _temper`;
    assert.equal(inShell('zsh', script), reply.join(':'));
  });
}

function about(command: string): string {
  return program.commands
    .find((each) => each.name() === command)!
    .description()
    .split('\n')[0]!;
}

function needs(shell: string) {
  return { skip: spawnSync(shell, ['-c', 'true']).error ? `${shell} is not installed` : false };
}

function inShell(shell: string, script: string): string {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, TEMPER_HOME: join(folder, 'home') };
  return execFileSync(shell, ['-c', script], { encoding: 'utf8', env }).trim();
}
