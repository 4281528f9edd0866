// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEqualNumber, lastNumber } from '../../../core/metrics/number.ts';

for (const [text, value] of [
  ['42', 42],
  ['The answer is 42.', 42],
  ['First 7, then 18', 18],
  ['#### 1,234', 1234],
  ['$1,234.50', 1234.5],
  ['1\u202f234\u202f567', 1234567],
  ["1'000", 1000],
  ['1,2 and 3,45', 45],
  ['-5', -5],
  ['−5 °C', -5],
  ['x = -5', -5],
  ['10-5', 5],
  ['COVID-19', 19],
  ['1.5e3', 1500],
  ['6.02×10²³', 6.02e23],
  ['6.02 x 10^23', 6.02e23],
  ['1.6\\times 10^{-19} or 2×10⁻³', 2e-3],
  ['.5', 0.5],
  ['3/4', 0.75],
  ['on 2024/05/01', 1],
  ['\\boxed{42}', 42],
  ['**42**', 42],
  ['42 m²', 42],
  ['8 kg of H2O', 8],
  ['5 from Qwen2', 5],
  ['共３个', 3],
  ['答案是４２。', 42],
  ['１，２３４ 元', 1234],
  ['有100，200 两种', 200],
  ['约1.2万人', 12000],
  ['3亿', 3e8],
  ['2 million people', 2e6],
  ['１．５％', 1.5],
  ['第12章第3节', 3],
] as const)
  test(`the last number of ${JSON.stringify(text)} is ${value}`, () => {
    assert.ok(Math.abs(lastNumber(text)!.value - value) <= 1e-9 * Math.abs(value), `${lastNumber(text)?.value}`);
  });

for (const text of ['', 'no number', '没有', 'H2O', 'm²', '三十五'])
  test(`${JSON.stringify(text)} holds no number`, () => assert.equal(lastNumber(text), undefined));

for (const [answer, reference, tolerance, isEqual] of [
  ['50%', '0.5', 0, true],
  ['50 percent', '50%', 0, true],
  ['50', '５０％', 0, true],
  ['0.5', '50%', 0, true],
  ['5%', '50%', 0, false],
  ['0.5%', '50%', 0, false],
  ['3.14', '3.14159', 0, false],
  ['3.14', '3.14159', 0.01, true],
  ['99', '100', 0.01, true],
  ['98.9', '100', 0.01, false],
  ['5 km', '5 m', 0, true],
  ['0.30000000000000004', '0.3', 0, true],
  ['0.1', '0', 0.5, false],
  ['0', '-0', 0, true],
  ['1/4', '3/4', 0, false],
] as const)
  test(`${answer} ${isEqual ? 'equals' : 'does not equal'} ${reference} within ${tolerance}`, () =>
    assert.equal(isEqualNumber(lastNumber(answer)!, lastNumber(reference)!, tolerance), isEqual));
