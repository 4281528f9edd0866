import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speedIn } from '../../../services/doctor/ollama-speed.ts';

const answer = (tokens: number, speed: number) =>
  `slot print_timing: id  0 | task 0 | prompt eval time =     550.87 ms /    17 tokens (   32.40 ms per token,   930.86 tokens per second)
slot print_timing: id  0 | task 0 |        eval time =    4295.72 ms /    ${tokens} tokens (   45.22 ms per token,    ${speed} tokens per second)\n`;
const withAvx2 =
  'cmn  common_param: system_info: n_threads = 2 (n_threads_batch = 2) / 2 | CPU : SSE3 = 1 | AVX = 1 | AVX2 = 1 | REPACK = 1 | \n';
const goAlone =
  'time=2026-11-29T13:39:40.402Z level=INFO source=ggml.go:104 msg=system CPU.0.LLAMAFILE=1 compiler=cgo(gcc)\n';
const goWithAvx2 = goAlone.replace('CPU.0.LLAMAFILE=1', 'CPU.0.SSE3=1 CPU.0.AVX=1 CPU.0.AVX2=1 CPU.0.LLAMAFILE=1');

test('the speed is the middle one of the last answers, without reading and without answers of a few tokens', () => {
  const log = answer(96, 22.12) + answer(96, 5.27) + answer(2, 900) + answer(40, 80.5);
  assert.deepEqual(speedIn(log), { answering: { tokensPerSecond: 22.12, answers: 3 } });
  assert.deepEqual(speedIn('[GIN] 200 | GET "/api/version"'), {});
});

for (const { runner, log, vectors } of [
  { runner: 'llama.cpp’s server', log: withAvx2, vectors: true },
  { runner: 'a runner that Go compiled alone', log: goAlone, vectors: false },
  { runner: 'the runner of the vendor’s build', log: goWithAvx2, vectors: true },
  { runner: 'the runner that was started last', log: goAlone + withAvx2, vectors: true },
]) {
  test(`${runner} tells ${vectors ? 'its' : 'no'} vector instructions`, () =>
    assert.equal(speedIn(log).vectors, vectors));
}
