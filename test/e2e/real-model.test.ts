// needs: python, temporal, ollama, llama.cpp, small model
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type RealRoad, travelRealRoad } from '../../lab/real/road.ts';

// The shortest form of `npm run real`, which trains a second time, undisturbed, and compares the bytes: too few steps to
// learn a manner, enough to be killed.
let road: RealRoad;
let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'temper-real-'));
  road = await travelRealRoad({ home, steps: 6, batch: 2, maxTokens: 12, log: () => {} });
});
after(async () => await rm(home, { recursive: true, force: true }));

test('a real model of Ollama is proven before its training, trained through a kill, proven again, and judged', () => {
  assert.equal(road.state.status, 'succeeded', road.output);
  assert.match(road.state.steps.gguf!.summary!, /proven on a small model of the base’s kind/);
  assert.match(road.state.steps.model!.summary!, /proven: architecture, prompt.*, tokens.*, stop.*, greedy/);
  assert.equal(typeof road.state.steps.verdict!.outputs!.score, 'number');
});

test('a training that was killed resumes from its checkpoint', () =>
  assert.ok(road.resumedFrom > 0 && road.resumedFrom < 6, `resumed from step ${road.resumedFrom}`));

test('the base in Ollama says which quantization it came from', async () => {
  const pins = JSON.parse(await readFile(join(home, 'runs', road.state.runId, 'pins.json'), 'utf8')) as {
    bases: Record<string, { quantization?: string }>;
  };
  assert.equal(pins.bases['ollama:smollm2:135m']?.quantization, 'Q4_1');
});
