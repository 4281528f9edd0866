import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Deps } from '../../../../activities/engine/deps.ts';
import { rehearseHarness } from '../../../../activities/evaluate/harness/rehearse.ts';
import { evaluateHooks } from '../../../../activities/evaluate/hooks.ts';
import type { Plan } from '../../../../core/run/plan.ts';
import { interpreterOf } from '../../../../services/setup/programs/lm-eval.ts';

let folder = '';
const { TEMPER_LM_EVAL } = process.env;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-rehearse-'));
  process.env.TEMPER_LM_EVAL = fileURLToPath(new URL('../../../rig/lm-eval-stand-in.mjs', import.meta.url));
});
after(async () => {
  if (TEMPER_LM_EVAL === undefined) delete process.env.TEMPER_LM_EVAL;
  else process.env.TEMPER_LM_EVAL = TEMPER_LM_EVAL;
  await rm(folder, { recursive: true, force: true });
});

let url = 'http://127.0.0.1:9';
const rehearse = async (...tasks: string[]) =>
  await rehearseHarness(
    {
      deps: { pins: folder, ollama: { serving: url } } as Deps,
      logFile: join(folder, 'pin.log'),
      signal: new AbortController().signal,
      progress: () => {},
    },
    { steps: [{ id: 'verdict', uses: 'evaluate', with: { harness: { tasks } } }] } as unknown as Plan,
    { files: {}, bases: {}, models: {} },
  );

test('tasks are tried before anything is trained, on a server that answers for the model', async () => {
  await rehearse('places');
  await rehearse('places');
  const tried = (await readFile(join(folder, 'pin.log'), 'utf8')).match(/asked by /g);
  assert.equal(tried?.length, 1, 'what went well once is not tried again');
});

test('a task that no served model can be asked is refused with the reason of lm_eval', async () => {
  await assert.rejects(rehearse('choices'), {
    code: 'HARNESS_FAILED',
    message:
      /^step "verdict" cannot have choices asked by lm_eval: it exited with code 1:\nNotImplementedError: Loglik/,
  });
});

test('a password of Ollama is not handed to a program by its arguments', async () => {
  url = 'http://ann:hunter2@127.0.0.1:9';
  await assert.rejects(
    rehearse('elsewhere'),
    ({ code, message }) => code === 'HARNESS_FAILED' && !message.includes('hunter2'),
  );
});

test('the version of lm_eval is part of the key only where it is asked', async () => {
  const keyed = async (option?: object) =>
    await evaluateHooks.keyOptions!(
      { options: { harness: option } } as never,
      { before: 'a' },
      {} as never,
      {} as never,
    );
  assert.deepEqual(await keyed(), { before: 'a' });
  const known = await keyed({ tasks: ['places'] });
  process.env.TEMPER_LM_EVAL = '/nowhere/lm_eval';
  assert.notDeepEqual(await keyed({ tasks: ['places'] }), known);
});

test('the Python of lm_eval is read from its script', () => {
  assert.equal(interpreterOf('#!/venv/bin/python3\nimport sys\n'), '/venv/bin/python3');
  assert.equal(interpreterOf('#!/opt/conda/bin/python3.12 \n'), '/opt/conda/bin/python3.12');
  const long = `#!/bin/sh\n'''exec' "/a folder/bin/python" "$0" "$@"\n' '''\n`;
  assert.equal(interpreterOf(long), '/a folder/bin/python');
  assert.equal(interpreterOf('#!/bin/sh\nexec docker run lm_eval "$@"\n'), undefined);
});
