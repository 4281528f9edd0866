import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choices, choose } from '../../../core/init/choose.ts';
import type { Capacity, RowFacts } from '../../../core/init/facts.ts';

const gigabyte = 1e9;

/** Rows that are like each other in length: `tokens` each, of which the answer has two thirds. */
function rowsOf(count: number, tokens: number, changed: Partial<RowFacts> = {}): RowFacts {
  const counts = (each: number) => ({ total: count * each, median: each, p95: each, p99: each, longest: each });
  return {
    rows: count,
    bad_rows: 0,
    duplicates: 0,
    near_duplicates: 0,
    languages: { en: count },
    distinct_answers: count,
    row_tokens: counts(tokens),
    answer_tokens: counts(Math.round((2 * tokens) / 3)),
    candidates: Array<number>(Math.min(50, count)).fill(1),
    ...changed,
  };
}

const qwen = { name: 'qwen2.5:0.5b', parameters: 494e6, quantization: 'Q4_K_M', context: 32_768 };
const large = { name: 'qwen2.5:7b', parameters: 7.6e9, quantization: 'Q4_K_M', context: 32_768 };
const small = { name: 'smollm2:135m', parameters: 134.5e6, quantization: 'Q4_1', context: 8192 };

const laptop: Capacity = { device: 'cpu', memory: 16 * gigabyte, processors: 8, disk: 100 * gigabyte, models: [qwen] };
const gpu: Capacity = {
  device: 'cuda',
  deviceName: 'RTX 4090',
  deviceMemory: 24 * 2 ** 30,
  memory: 64 * gigabyte,
  processors: 16,
  disk: 500 * gigabyte,
  models: [large, qwen],
};

function summary({ base, exam, options }: Choices) {
  const of = (name: string) => options.find(({ option }) => option === name)?.value;
  return {
    base: base.base,
    why: base.because.reason,
    exam: exam.questions,
    epochs: of('epochs'),
    batch: [of('batch_size'), of('gradient_accumulation') ?? 1],
    length: of('max_length'),
    rank: of('lora.r'),
    rate: of('learning_rate'),
    weights: base.weights,
    type: of('type'),
  };
}

const cases: [string, RowFacts, Capacity, ReturnType<typeof summary>][] = [
  [
    '30 rows on a laptop without a GPU',
    rowsOf(30, 100),
    laptop,
    {
      base: 'ollama:qwen2.5:0.5b',
      why: 'base-in-ollama',
      exam: 7,
      epochs: 4,
      batch: [4, 1],
      length: 128,
      rank: 8,
      rate: 5e-4,
      weights: 'fp32',
      type: 'q8_0',
    },
  ],
  [
    '20,000 rows on a GPU with 24 GB',
    rowsOf(20_000, 400),
    gpu,
    {
      base: 'ollama:qwen2.5:7b',
      why: 'base-in-ollama',
      exam: 50,
      epochs: 1,
      batch: [8, 2],
      length: 512,
      rank: 8,
      rate: 2e-4,
      weights: 'bf16',
      type: 'q4_K_M',
    },
  ],
  [
    'rows of 6,000 tokens on a GPU with 16 GB: 4 bits leave memory for them',
    rowsOf(1000, 6000),
    { ...gpu, deviceMemory: 16 * 2 ** 30 },
    {
      base: 'ollama:qwen2.5:7b',
      why: 'base-in-ollama',
      exam: 50,
      epochs: 3,
      batch: [1, 8],
      length: 7552,
      rank: 8,
      rate: 2e-4,
      weights: '4-bit',
      type: 'q4_K_M',
    },
  ],
  [
    'Chinese rows where Ollama has only a model that knows English',
    rowsOf(200, 100, { languages: { zh: 190, en: 10 } }),
    { ...laptop, models: [small] },
    {
      base: 'ollama:qwen2.5:0.5b',
      why: 'base-to-pull',
      exam: 20,
      epochs: 3,
      batch: [8, 1],
      length: 128,
      rank: 8,
      rate: 5e-4,
      weights: 'fp32',
      type: 'q8_0',
    },
  ],
  [
    'English rows where Ollama has only a very small model',
    rowsOf(30, 40),
    { ...laptop, models: [small] },
    {
      base: 'ollama:qwen2.5:1.5b',
      why: 'base-to-pull',
      exam: 7,
      epochs: 4,
      batch: [4, 1],
      length: 128,
      rank: 8,
      rate: 5e-4,
      weights: 'fp32',
      type: 'q4_K_M',
    },
  ],
  [
    'no model in Ollama, and more rows than a processor reads in a quarter of an hour',
    rowsOf(2000, 100),
    { ...laptop, models: [] },
    {
      base: 'ollama:smollm2:135m',
      why: 'base-smallest',
      exam: 50,
      epochs: 3,
      batch: [8, 2],
      length: 128,
      rank: 8,
      rate: 1e-3,
      weights: 'fp32',
      type: 'q8_0',
    },
  ],
  [
    'little memory: the smallest base that suits the rows',
    rowsOf(30, 100, { languages: { zh: 30 } }),
    { ...laptop, memory: 2 * gigabyte },
    {
      base: 'ollama:qwen2.5:0.5b',
      why: 'base-smallest',
      exam: 7,
      epochs: 4,
      batch: [1, 4],
      length: 64,
      rank: 8,
      rate: 5e-4,
      weights: 'bf16',
      type: 'q8_0',
    },
  ],
  [
    'little disk: a smaller base',
    rowsOf(1000, 100),
    { ...gpu, disk: 20 * gigabyte },
    {
      base: 'ollama:qwen2.5:0.5b',
      why: 'base-in-ollama',
      exam: 50,
      epochs: 3,
      batch: [8, 1],
      length: 128,
      rank: 8,
      rate: 5e-4,
      weights: 'bf16',
      type: 'q8_0',
    },
  ],
];
for (const [what, rows, capacity, wanted] of cases)
  test(what, () => assert.deepEqual(summary(choose(rows, capacity)), wanted));

test('a base that a person names is taken, and the machine decides how it is held', () => {
  const on = (base: string, capacity: Capacity) => choose(rowsOf(30, 100), capacity, base).base;
  assert.deepEqual(
    [on('ollama:qwen2.5:14b', gpu), on('Qwen/Qwen2.5-7B-Instruct', gpu), on('./folder', gpu)].map(
      ({ rival, weights }) => [rival, weights],
    ),
    [
      ['qwen2.5:14b', '4-bit'],
      ['qwen2.5:7b', 'bf16'],
      [undefined, 'bf16'],
    ],
  );
});

test('rows whose answers are a few labels are judged by whether they are the same', () => {
  const labels = rowsOf(500, 20, {
    distinct_answers: 4,
    answer_tokens: { total: 3500, median: 6, p95: 7, p99: 7, longest: 7 },
  });
  const metric = (rows: RowFacts) => choose(rows, laptop).options.find(({ option }) => option === 'metric')?.value;
  assert.deepEqual([metric(labels), metric({ ...labels, distinct_answers: 450 })], ['exact', 'chrf']);
});

test('unusable rows are skipped only where there are some', () => {
  const skips = (bad: number) =>
    choose(rowsOf(100, 50, { bad_rows: bad }), laptop).options.some(({ option }) => option === 'on_bad_row');
  assert.deepEqual([skips(0), skips(3)], [false, true]);
});
