// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseType } from '../../../core/quantization/choose-type.ts';
import {
  type DriftReport,
  driftReportSchema,
  driftSummary,
  driftTable,
  renderDrift,
} from '../../../core/quantization/drift-report.ts';
import { askedEngine, typesOf } from '../../../core/quantization/types.ts';

const file = (type: string, bytes: number, kl: number, imatrix = false) => ({
  type,
  bytes,
  kl,
  imatrix,
  kl_error: kl / 10,
  same_top: 0.95,
  logprob: -1.5,
});
const small = file('q2_K', 100, 0.4);
const middle = file('q4_K_M', 150, 0.05);
const large = file('q8_0', 280, 0.001);

test('the smallest file within the bound is taken, which a file just at the bound still is', () => {
  assert.equal(chooseType([large, small, middle], 0.1), middle);
  assert.equal(chooseType([large, small, middle], 0.05), middle);
  assert.equal(chooseType([large, small, middle], 0.04999), large);
});

test('without a bound the smallest is taken, and with one that none keeps there is none', () => {
  assert.equal(chooseType([large, middle, small]), small);
  assert.equal(chooseType([large, middle, small], 0.0001), undefined);
});

test('of two files of one size the one that changes less is taken, in whatever order they come', () => {
  const other = file('q4_1', 150, 0.03);
  assert.equal(chooseType([middle, other], 0.1), other);
  assert.equal(chooseType([other, middle], 0.1), other);
});

test('a measure that is no number keeps no bound', () => {
  assert.equal(chooseType([file('q2_K', 100, Number.NaN)], 0.1), undefined);
});

test('the order of a list of types, and a type that it names twice, say nothing', () => {
  assert.deepEqual(typesOf(['q8_0', 'q4_K_M', 'q8_0']), typesOf(['q4_K_M', 'q8_0']));
  assert.deepEqual(typesOf('q4_K_M'), ['q4_K_M']);
});

test('several types and an importance matrix are made by llama.cpp, one type by what the document says', () => {
  assert.equal(askedEngine({ type: ['q8_0', 'q4_K_M'], engine: 'auto' }), 'llama.cpp');
  assert.equal(askedEngine({ type: 'q8_0', engine: 'auto', imatrix: true }), 'llama.cpp');
  assert.equal(askedEngine({ type: 'q8_0', engine: 'auto' }), 'auto');
  assert.equal(askedEngine({ type: ['q8_0'], engine: 'ollama' }), 'ollama');
});

const report: DriftReport = {
  base: 'smollm2.gguf, dequantized from Q4_1',
  rows: { side: 'held-out', rows: 31, tokens: 537, dataset: 'sha256:1' },
  parent: { bytes: 270e6, logprob: -1.4 },
  bound: 0.06,
  imatrix: { rows: 143, tokens: 7842 },
  taken: 0,
  types: [file('q4_K_M', 105e6, 0.0368, true), file('q8_0', 145e6, 0.00174, true), file('q4_K_M', 105e6, 0.0564)],
};

test('the summary says what was taken of how many, on what it was measured, and what the importance matrix gained', () => {
  assert.equal(
    driftSummary(report),
    'drift 0.0368 ± 0.00368 nats a token, the smallest of 2 types within 0.06, 95.0 % of the greedy tokens agree, on 537 tokens of answers in 31 held-out rows; without the importance matrix 0.0564',
  );
});

test('bits per byte stand beside those of the base model, and a report from before they were told is still read', () => {
  const bits = (all: DriftReport['types']) => all.map((each, index) => ({ ...each, bits_per_byte: 0.8 + index / 10 }));
  const told: DriftReport = {
    ...report,
    rows: { ...report.rows, bytes: 2100 },
    parent: { ...report.parent, bits_per_byte: 0.79 },
    before: { logprob: -3, bits_per_byte: 1.4567 },
    types: bits(report.types),
  };
  assert.match(driftSummary(told), /0\.0564; 0\.800 bits a byte, the base model 1\.457$/);
  assert.match(driftSummary({ ...told, before: null }), /0\.800 bits a byte$/);
  assert.match(driftTable(told), /\| f16 \|.*\| 0\.790 \|\n\| base model \|.*\| -3\.0000 \| 1\.457 \|$/);
  assert.match(renderDrift(told), /2,?100 bytes in UTF-8/);
  assert.match(renderDrift({ ...told, before: null }), /base model was not at hand/);
  assert.deepEqual(driftReportSchema.parse(report), report);
  assert.doesNotMatch(renderDrift(report), /UTF-8/);
});

test('the table has a line for each type and for the f16 model, and the report says that the base had been rounded', () => {
  assert.equal(driftTable(report).split('\n').length, 2 + 3 + 1);
  assert.match(driftTable(report), /\| q4_K_M \(imatrix\) \| 105\.0 \| 0\.0368 \|/);
  assert.match(renderDrift(report), /dequantized from Q4_1/);
  const onTraining: DriftReport = { ...report, rows: { ...report.rows, side: 'training' } };
  assert.match(renderDrift(onTraining), /no held-out rows/);
});
