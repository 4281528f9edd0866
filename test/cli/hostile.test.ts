// needs: nothing
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { resolveRun } from '../../cli/runs/resolve-run.ts';
import { UserError } from '../../cli/user-error.ts';
import { temper } from '../rig/temper.ts';

const runId = 'p-20260101-000000-aaaa';
let folder: string;
let env: Record<string, string>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-hostile-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder };
  const step = join(folder, 'home', 'runs', runId, 'steps', 'data');
  await mkdir(step, { recursive: true });
  await writeFile(join(step, 'log.txt'), 'its own log\n');
  // Where a name that leads out of the home would arrive: a run with a record, a log, and a secret.
  const outside = join(folder, 'outside', runId);
  await mkdir(join(outside, 'steps', 'data'), { recursive: true });
  await writeFile(join(outside, 'run.json'), '{"status":"treasure"}');
  await writeFile(join(outside, 'plan.json'), '{"pipeline":"treasure"}');
  await writeFile(join(outside, 'log.txt'), 'treasure');
  await writeFile(join(outside, 'steps', 'data', 'log.txt'), 'treasure');
});
after(() => rm(folder, { recursive: true, force: true }));

/** Nothing was started and no run was made: the home has what the test put there. */
async function untouched(): Promise<void> {
  const home = join(folder, 'home');
  assert.deepEqual(await readdir(join(home, 'runs')), [runId]);
  assert.ok(!existsSync(join(home, 'services', 'state.json')));
  assert.deepEqual(await readdir(join(home, 'services', 'logs')), []);
  assert.equal(execFileSync('find', [folder, '-name', 'canary'], { encoding: 'utf8' }), '');
}

const out = `../../outside/${runId}`;
const mistakes: readonly [string[], RegExp][] = [
  [['show', out], /there is no run "\.\.\/\.\.\/outside/],
  [['logs', `${runId}/data/../../../../../outside/${runId}`], /has no log of a step "data\/\.\./],
  [['cancel', out], /there is no run/],
  [['watch', out], /there is no run/],
  [['resume', '--detach', '; touch canary'], /there is no run "; touch canary"/],
  [['secret', 'set', '../HF_TOKEN'], /invalid name of a secret/],
];
for (const [args, says] of mistakes) {
  test(`temper ${JSON.stringify(args.join(' '))} is refused, and starts nothing`, async () => {
    const ended = await temper(args, env, { cwd: folder, input: 'value' });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, says);
    assert.doesNotMatch(ended.stdout + ended.stderr, /treasure|\n {4}at |its own log/);
    await untouched();
  });
}

test('only the name of a run of this home is a run, whatever its form', async () => {
  const runs = join(folder, 'home', 'runs');
  const names = ['..', '.', '/', `../runs/${runId}`, `./${runId}`, `${runId}/`, `${runId}/../${runId}`, `${runId}\n`];
  for (const name of [...names, `${runId}\0`, out, join(folder, 'outside', runId), '@latest/x', '*', '~', '%2e%2e'])
    await assert.rejects(resolveRun(runs, name), UserError, JSON.stringify(name));
  assert.equal(await resolveRun(runs, 'p-2026'), runId);
});

const sound = 'name: p\nsteps: { a: { uses: run, with: { command: [touch, canary] } } }\n';
const documents: Readonly<Record<string, [Buffer, RegExp]>> = {
  'nul.yaml': [Buffer.from('name: p\0\n'), /nul\.yaml:1:8 the file is not UTF-8 text/],
  'utf16le.yaml': [Buffer.from(`\ufeff${sound}`, 'utf16le'), /utf16le\.yaml:1:1 the file is not UTF-8 text/],
  'latin1.yaml': [Buffer.from('name: p\ndescription: für\n', 'latin1'), /latin1\.yaml:2:15 the file is not UTF-8/],
  'random.yaml': [
    Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
    /random\.yaml:1:1 the file is/,
  ],
  'gzip.yaml': [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), /gzip\.yaml:1:1 this is an archive, not a pipeline/],
  'huge.yaml': [Buffer.alloc(50_000_000, 'a: b\n'), /huge\.yaml:40001:1 the document has more than 200000/],
  'laughs.yaml': [
    Buffer.from(`a: &a [x]\n${Array.from({ length: 90 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join('\n')}\n`),
    /laughs\.yaml/,
  ],
  'tag.yaml': [Buffer.from('name: p\nsteps: !!python/object/apply:os.system ["touch canary"]\n'), /tag\.yaml:2:8/],
};

test('files of every wrong kind are told with their places by one `validate`, which starts nothing', async () => {
  for (const [name, [bytes]] of Object.entries(documents)) await writeFile(join(folder, name), bytes);
  const { code, stdout, stderr } = await temper(['validate', ...Object.keys(documents), '/dev/zero'], env, {
    cwd: folder,
  });
  assert.equal(code, 2);
  for (const [, says] of Object.values(documents)) assert.match(stderr, says);
  assert.match(stderr, /\/dev\/zero:1:\d+ /);
  assert.doesNotMatch(stdout + stderr, /\n {4}at |: valid/);
  await untouched();
});

test('a document that cannot be planned is refused by `run` as well, before anything starts', async () => {
  for (const args of [
    ['run', 'utf16le.yaml'],
    ['plan', 'laughs.yaml'],
  ]) {
    const { code, stderr } = await temper(args, env, { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /nothing was started/);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
  await untouched();
});
