import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { openPinned } from '../../../activities/engine/pinned-files.ts';
import { pin } from '../../../activities/lifecycle/pin.ts';
import { run } from '../../../activities/run/run.ts';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PinResult } from '../../../protocol/activities.ts';
import { ContentDigests } from '../../../services/store/content-digest.ts';
import { listFiles } from '../../../services/store/durable-files.ts';
import { carryOut as carryOutStep, failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { processorTime } from '../../rig/processor-time.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
/** A folder of somebody else's, which no step may change, take from, or add to. */
let outside: string;
before(async () => {
  deps = await makeDeps();
  outside = join(deps.root, 'outside');
});
after(() => rm(deps.root, { recursive: true, force: true }));
beforeEach(async () => {
  await rm(outside, { recursive: true, force: true });
  await mkdir(join(outside, 'folder'), { recursive: true });
  await writeFile(join(outside, 'folder', 'treasure.txt'), 'mine');
});

const carryOut = (options: object) => carryOutStep(run(deps), { inputs: {}, ...options });
const sh = (script: string) => ({ shell: 'bash', script });
const published = async () => await readdir(join(deps.store.root, 'artifacts')).catch(() => [] as string[]);

/** What a command leaves where an output is declared; each is refused, and nothing outside is touched. */
const outputs: readonly [string, string, string, string, RegExp][] = [
  ['a link to a file outside', 'ln -s $OUT/folder/treasure.txt o', 'o', 'SPECIAL_FILE', /is a link to .*treasure\.txt/],
  ['a link to a folder outside', 'ln -s $OUT/folder o', 'o', 'SPECIAL_FILE', /is a link to .*outside the working/],
  ['a file behind a link', 'ln -s $OUT/folder o', 'o/treasure.txt', 'SPECIAL_FILE', /outside the working directory/],
  ['a link to the folder above', 'ln -s .. o', 'o', 'SPECIAL_FILE', /outside the working directory/],
  ['a link to a system file', 'ln -s /etc/passwd o', 'o', 'SPECIAL_FILE', /\/etc\/passwd, outside/],
  ['a link to nothing', 'ln -s nowhere o', 'o', 'OUTPUT_MISSING', /output "made"\) does not exist/],
  ['a link to itself', 'ln -s o o', 'o', 'OUTPUT_MISSING', /does not exist/],
  ['a named pipe', 'mkfifo o', 'o', 'SPECIAL_FILE', /o is a named pipe; a file/],
  ['a device', 'ln -s /dev/zero o', 'o', 'SPECIAL_FILE', /\/dev\/zero, outside/],
  ['a folder with a link out', 'mkdir o; ln -s $OUT/folder o/l', 'o', 'SPECIAL_FILE', /o\/l is a link to .*folder/],
  ['a folder with a named pipe', 'mkdir o; mkfifo o/p', 'o', 'SPECIAL_FILE', /o\/p is a named pipe/],
  ['a folder with a link to itself', 'mkdir o; ln -s . o/l', 'o', 'SPECIAL_FILE', /o\/l is a link to \./],
];
for (const [what, script, path, code, says] of outputs) {
  test(`an output that is ${what} is refused`, async () => {
    const before = await published();
    const failure = await failureOf(carryOut({ ...sh(script), env: { OUT: outside }, outputs: { made: { path } } }));
    assert.equal(failure.type, code);
    assert.equal(failure.nonRetryable, true);
    assert.match(failure.message, says);
    assert.equal(await readFile(join(outside, 'folder', 'treasure.txt'), 'utf8'), 'mine');
    assert.deepEqual(await published(), before);
  });
}

test('an output that is a link inside the working directory is what it leads to, without the link', async () => {
  const { outputs } = await carryOut({
    ...sh('mkdir real; echo x > real/a; ln -s real o'),
    outputs: { made: { path: 'o', type: 'files' } },
  });
  const { path, manifest } = await deps.store.open(outputs.made as never, { verify: true });
  assert.deepEqual(
    manifest.files.map((file) => file.path),
    ['a'],
  );
  assert.deepEqual(await listFiles(path), ['a']);
});

test('an output with a second name outside is copied, so that nothing can be written into the artifact later', async () => {
  const second = join(outside, 'second');
  const { outputs } = await carryOut({
    ...sh('echo first > o; ln o "$SECOND"'),
    env: { SECOND: second },
    outputs: { made: { path: 'o' } },
  });
  await writeFile(second, 'other');
  const { path } = await deps.store.open(outputs.made as never, { verify: true });
  assert.equal(await readFile(join(path, 'o'), 'utf8'), 'first\n');
});

test('options that reach the worker past the check of the document are refused there too', async () => {
  const inputs: readonly [object, string, RegExp][] = [
    [
      { command: ['true'], outputs: { o: { path: '../x' } } },
      'BAD_OPTIONS',
      /outputs\.o\.path: must be a relative path/,
    ],
    [{ command: ['true'], outputs: { o: { path: '/etc/passwd' } } }, 'BAD_OPTIONS', /must be a relative path/],
    [{ command: ['true'], outputs: { o: { path: 'inputs/a' } } }, 'BAD_OPTIONS', /must not lie in `inputs\/`/],
    [{ command: ['true'], inputs: { '../x': outside } }, 'BAD_OPTIONS', /inputs\.\.\.\/x: Invalid key/],
    [{ command: ['true'], inputs: { a: outside, 'a/b': outside } }, 'BAD_OPTIONS', /must not lie inside the input "a"/],
    [{ command: ['true'], inputs: { a: handle('sha256:../../outside') } }, 'CORRUPT_ARTIFACT', /has an invalid digest/],
    [
      { command: ['true'], inputs: { a: handle(`sha256:${'0'.repeat(63)}/`) } },
      'CORRUPT_ARTIFACT',
      /has an invalid digest/,
    ],
    [{ command: ['true'], inputs: { a: handle('../../outside') } }, 'CORRUPT_ARTIFACT', /has an invalid digest/],
    [{ command: ['true'], inputs: { a: handle(`sha256:${'0'.repeat(64)}`) } }, 'ARTIFACT_GONE', /not in the store/],
  ];
  for (const [options, code, says] of inputs) {
    const failure = await failureOf(carryOut(options));
    assert.equal(failure.type, code);
    assert.match(failure.message, says);
  }
  assert.deepEqual(await readdir(outside), ['folder']);
});

const handle = (digest: string) => ({ uri: 'artifact:x', digest, size: 1, kind: 'files' });

/** Words that a shell would act on; each must reach the program as it stands. */
const shellWords = [
  '; touch canary',
  '$(touch canary)',
  '`touch canary`',
  '| touch canary',
  '&& touch canary',
  '> canary',
  "'; touch canary; '",
  '"; touch canary; "',
  'a\ntouch canary',
  '\r\ntouch canary',
  '-rf',
  '--help',
  '$HOME',
  '~',
  '*',
  '\\',
  '',
  '${IFS}touch${IFS}canary',
];
test('no shell reads a command’s arguments, environment or input paths', async () => {
  const odd = join(outside, '; touch canary #$(touch canary)');
  await writeFile(odd, 'odd');
  const script =
    'fs.writeFileSync("o", JSON.stringify([process.argv.slice(1), process.env.ODD, fs.readFileSync("inputs/a", "utf8"), fs.readdirSync(".")]))';
  const { outputs } = await carryOut({
    command: [process.execPath, '-e', script, '--', ...shellWords],
    env: { ODD: shellWords.join(' ') },
    inputs: { a: odd },
    outputs: { made: { path: 'o' } },
  });
  const { path } = await deps.store.open(outputs.made as never);
  const seen = JSON.parse(await readFile(join(path, 'o'), 'utf8'));
  assert.deepEqual(seen, [shellWords, shellWords.join(' '), 'odd', ['inputs']]);
  assert.equal(find('canary'), '');
});

test('a program whose name holds a command is not there, and nothing else runs', async () => {
  for (const command of ['touch canary', 'true; touch canary', '$(touch canary)', '\ntouch canary', '-c']) {
    const failure = await failureOf(carryOut({ command: [command] }));
    assert.equal(failure.type, 'COMMAND_FAILED');
    assert.match(failure.message, /could not be started/);
  }
  assert.equal(find('canary'), '');
});

const find = (name: string) => execFileSync('find', [deps.root, '-name', name], { encoding: 'utf8' });

/** As the Hub's cache keeps a model: names are links to blobs elsewhere. */
async function snapshot(): Promise<{ folder: string; blobs: string }> {
  const [folder, blobs] = [join(outside, 'snapshots', 'abc'), join(outside, 'blobs')];
  await mkdir(folder, { recursive: true });
  await mkdir(blobs);
  await writeFile(join(blobs, '1111'), '{"architectures": ["Qwen2ForCausalLM"]}');
  await writeFile(join(blobs, '2222'), 'weights');
  await symlink('../../blobs/1111', join(folder, 'config.json'));
  await symlink('../../blobs/2222', join(folder, 'model.safetensors'));
  await writeFile(join(folder, 'tokenizer.json'), '{}');
  return { folder, blobs };
}

test('a base folder of links, as the Hub’s cache keeps it, has the digest of what the links lead to', async () => {
  const digests = new ContentDigests(join(deps.root, 'digests.json'));
  const { folder, blobs } = await snapshot();
  const plain = join(outside, 'plain');
  await cp(folder, plain, { recursive: true, dereference: true });
  const linked = await digests.of(folder);
  assert.deepEqual(linked, await digests.of(plain));
  await writeFile(join(blobs, '2222'), 'weighs!');
  assert.notEqual((await digests.of(folder)).digest, linked.digest);
});

test('such a base is pinned, and refused when a blob changes after the run began', async () => {
  const { folder, blobs } = await snapshot();
  const pinned = await pins(folder);
  assert.match(pinned.files[folder]!.digest, /^sha256:/);
  await openPinned(deps, folder, pinned);
  await writeFile(join(blobs, '2222'), 'other weights');
  await assert.rejects(
    openPinned(deps, folder, pinned),
    /changed after the run began: its model.safetensors has other content/,
  );
});

async function pins(base: string) {
  const rows = join(outside, 'rows.jsonl');
  await writeFile(rows, '{}\n');
  const planned = makePlan(
    `name: p\nsteps:\n  d: { uses: prepare, with: { source: ${rows}, tokenizer: ${JSON.stringify(base)} } }\n`,
    '/p.yaml',
    {},
    { fromDocument: (path) => path, fromShell: (path) => path },
  );
  assert.ok(planned.plan, renderProblems(planned, 'p.yaml'));
  const input = { runId: 'p-20260101-000000-pins', plan: planned.plan, reuse: false };
  const result: PinResult = await mockWorker().run(pin(deps), input);
  return result.pins;
}

/** What a base folder may be that holds no bytes. */
const bases: readonly [string, string, string, RegExp][] = [
  ['a link in circles', 'ln -s loop loop', 'FILE_NOT_FOUND', /forms a circle/],
  ['nothing at all', 'true', 'FILE_NOT_FOUND', /does not exist/],
  ['below a file', 'touch x; ln -s x/y loop', 'FILE_NOT_FOUND', /a part of the path is not a folder/],
  ['a named pipe', 'mkfifo loop', 'SPECIAL_FILE', /loop is a named pipe/],
  ['a device', 'ln -s /dev/zero loop', 'SPECIAL_FILE', /loop is a link to \/dev\/zero/],
  ['a folder with a link to nothing', 'mkdir loop; ln -s x loop/l', 'SPECIAL_FILE', /l is a link to x, which cannot/],
  ['a folder with a link to itself', 'mkdir loop; ln -s . loop/l', 'SPECIAL_FILE', /leads to the same folder as/],
  ['a folder with a pipe', 'mkdir loop; mkfifo loop/p', 'SPECIAL_FILE', /p is a named pipe/],
  [
    'a folder with two ways to each of thirty',
    'mkdir loop; cd loop; for i in {1..30}; do mkdir $i; ln -s ../$((i+1)) $i/a; ln -s ../$((i+1)) $i/b; done; mkdir 31',
    'SPECIAL_FILE',
    /leads to the same folder as/,
  ],
];
for (const [what, script, code, says] of bases) {
  test(`a base that is ${what} is refused within a second, when the run begins`, async () => {
    execFileSync('bash', ['-c', script], { cwd: outside });
    const took = processorTime();
    const failure = await failureOf(pins(join(outside, 'loop')));
    assert.ok(took() < 1000, `took ${took()} ms`);
    assert.equal(failure.type, code);
    assert.equal(failure.nonRetryable, true);
    assert.match(failure.message, says);
  });
}

test('what was put into an artifact later is noticed, and a link in place of a file too', async () => {
  const { outputs } = await carryOut({
    ...sh('mkdir o; echo {} > o/config.json'),
    outputs: { made: { path: 'o', type: 'model' } },
  });
  const { path } = await deps.store.open(outputs.made as never);
  await writeFile(join(path, 'chat_template.jinja'), 'planted');
  await assert.rejects(deps.store.open(outputs.made as never), /chat_template\.jinja is not in its manifest/);
  await rm(join(path, 'chat_template.jinja'));
  await cp(join(path, 'config.json'), join(outside, 'same bytes'));
  await rm(join(path, 'config.json'));
  await symlink(join(outside, 'same bytes'), join(path, 'config.json'));
  await assert.rejects(deps.store.open(outputs.made as never, { verify: true }), /config\.json is a link to/);
  assert.ok(existsSync(join(outside, 'same bytes')));
});
