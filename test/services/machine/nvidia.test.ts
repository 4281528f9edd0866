import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { progressOf } from '../../../activities/train/training-progress.ts';
import { phaseWords } from '../../../core/words/phases.ts';
import { unusedGpus } from '../../../services/machine/nvidia.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

test('a training on the CPU beside a GPU that the driver lists says so', async (t) => {
  const PATH = temporaryFolder(t);
  assert.deepEqual(await unusedGpus({ PATH }), [], 'no nvidia-smi');
  writeFileSync(join(PATH, 'nvidia-smi'), '#!/bin/sh\necho "NVIDIA H200"\n', { mode: 0o755 });
  const gpus = await unusedGpus({ PATH, CUDA_VISIBLE_DEVICES: '7' });
  const change = progressOf({ event: 'saving', step: 1 }, gpus) ?? progressOf(started, gpus);
  assert.equal(phaseWords(change!.phase!), 'training on the CPU, though nvidia-smi lists NVIDIA H200');
  assert.equal(phaseWords(progressOf(started)!.phase!), 'training');
});

const started = {
  event: 'started',
  step: 0,
  max_steps: 2,
  parameters: 1,
  trainable: 1,
  device: 'cpu',
  precision: 'fp32',
  threads: 1,
  memory_bytes: 1,
} as const;

test('a GPU that CUDA_VISIBLE_DEVICES hides on purpose is not missed', async (t) => {
  const PATH = temporaryFolder(t);
  writeFileSync(join(PATH, 'nvidia-smi'), '#!/bin/sh\necho "NVIDIA H200"\n', { mode: 0o755 });
  for (const hidden of ['', '-1', 'NoDevFiles'])
    assert.deepEqual(await unusedGpus({ PATH, CUDA_VISIBLE_DEVICES: hidden }), []);
});
