import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runTrainer } from '../../../activities/process/run-trainer.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { exists } from '../../../services/store/durable-files.ts';
import { makeDeps } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
const cache = process.env.TEMPER_CACHE;
before(async () => {
  deps = await makeDeps();
  process.env.TEMPER_CACHE = join(deps.root, 'cache');
});
after(async () => {
  if (cache === undefined) delete process.env.TEMPER_CACHE;
  else process.env.TEMPER_CACHE = cache;
  await rm(deps.root, { recursive: true, force: true });
});

test("Python's bytecode of the trainer goes to the cache, not beside its sources", async () => {
  const trainerRoot = join(deps.root, 'release');
  const sources = join(trainerRoot, 'trainer');
  await mkdir(trainerRoot);
  await cp(join(deps.trainerRoot, 'trainer'), sources, {
    recursive: true,
    filter: (path) => !path.endsWith('__pycache__'),
  });
  const before = await readdir(sources);
  const context = {
    deps: { ...deps, trainerRoot },
    folder: deps.root,
    logFile: join(deps.root, 'log.txt'),
    signal: new AbortController().signal,
  };
  assert.deepEqual(await runTrainer(context, 'score', { references: [], answers: {}, ends: {} }), { models: {} });
  const compiled = await readdir(join(deps.root, 'cache', 'bytecode', sources, 'proof'));
  assert.ok(
    compiled.some((name) => /^score\..+\.pyc$/.test(name)),
    String(compiled),
  );
  assert.deepEqual(await readdir(sources), before);
});

/** Runs a shell script in place of the trainer. */
async function scripted(name: string, script: string) {
  const python = join(deps.root, name);
  await writeFile(python, `#!/bin/sh\n${script}\n`);
  await chmod(python, 0o755);
  const context = {
    deps: { ...deps, python },
    folder: deps.root,
    logFile: join(deps.root, 'log.txt'),
    signal: new AbortController().signal,
  };
  return await runTrainer(context, 'score', { references: [], answers: {}, ends: {} });
}

const failsWith =
  (code: string, ...words: string[]) =>
  (error: unknown) => {
    assert.ok(error instanceof TemperError);
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), error.message);
    return true;
  };

test('runTrainer returns the outputs of the verb', async () => {
  assert.deepEqual(await scripted('good', `echo '{"event":"done","outputs":{"models":{}}}'`), { models: {} });
});

test('outputs that do not fit their schema fail the step, and the failure shows them', async () => {
  const line = `{"event":"done","outputs":{"models":{"after":{"mean":1}}}}`;
  await assert.rejects(
    scripted('outputs', `echo '${line}'`),
    failsWith('BAD_EVENT', 'models.after.mean', '{"mean":1}'),
  );
});

for (const [what, line, word] of [
  ['a field of another type', '{"event":"reading","rows":"many"}', 'rows'],
  ['a field that is missing', '{"event":"reading"}', 'rows'],
  ['an event that nobody knows', '{"event":"singing"}', 'event'],
  ['a code that the catalogue lacks', '{"event":"failed","code":"BAD_WEATHER","message":"m","facts":{}}', 'code'],
  ['text', 'hello', 'not JSON'],
] as const) {
  test(`an event with ${what} stops the trainer with SIGTERM, and the failure shows its line`, async () => {
    const saved = join(deps.root, `saved-${word.replace(' ', '-')}`);
    const script = `trap 'touch ${saved}; exit 3' TERM\necho '${line}'\nfor i in 1 2 3 4 5 6 7 8 9; do sleep 1; done`;
    await assert.rejects(scripted(`bad-${word.replace(' ', '-')}`, script), failsWith('BAD_EVENT', word, line));
    assert.ok(await exists(saved));
  });
}

test('a line that a kill cut off is not a failure of its own', async () => {
  await assert.rejects(scripted('torn', `printf '{"event":"rea'; kill -9 $$`), failsWith('KILLED', 'SIGKILL'));
});
