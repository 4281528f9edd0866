import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyFix } from '../../../core/language/yaml/apply-fix.ts';

const without = (text: string, ...path: (string | number)[]) => applyFix(text, { change: 'removal', path });
const withValue = (text: string, value: string | number, ...path: (string | number)[]) =>
  applyFix(text, { change: 'value', path, value });

for (const [what, text, path, after] of [
  ['a line, with the comment at its end', 'a: 1\nb: 2 # two\nc: 3\n', ['b'], 'a: 1\nc: 3\n'],
  ['a line, and not the comment above it', '# about b\nb: 2\nc: 3\n', ['b'], '# about b\nc: 3\n'],
  ['the last line of a text without a newline', 'a: 1\nb: 2', ['b'], 'a: 1\n'],
  ['a map of several lines', 'a:\n  x: 1\n  y: { z: 2 }\nb: 2\n', ['a'], 'b: 2\n'],
  ['the first of a flow map', 'm: { a: 1, b: 2 } # m\n', ['m', 'a'], 'm: { b: 2 } # m\n'],
  ['the last of a flow map', 'm: {a: 1,   b: 2}\n', ['m', 'b'], 'm: {a: 1}\n'],
  [
    'one of a flow map of several lines',
    'm: { a: 1, # one\n  b: 2,\n  c: 3 }\n',
    ['m', 'b'],
    'm: { a: 1, # one\n  c: 3 }\n',
  ],
  ['a key whose map would be empty, with that map', 'k: 1\nm:\n  a: 1\nn: 2\n', ['m', 'a'], 'k: 1\nn: 2\n'],
  ['the first key of an item of a list', 's:\n  - a: 1\n    b: 2\n', ['s', 0, 'a'], 's:\n  - b: 2\n'],
  ['lines that end as on Windows', 'a: 1\r\nb: 2\r\nc: 3\r\n', ['b'], 'a: 1\r\nc: 3\r\n'],
] as const)
  test(`a removal takes ${what}`, () => assert.equal(without(text, ...path), after));

test('a value is replaced in its place, with quotes where its characters need them', () => {
  assert.equal(withValue('m: {  a:  1 ,b: 2} # c\n', 3, 'm', 'a'), 'm: {  a:  3 ,b: 2} # c\n');
  assert.equal(withValue("m: { a: 'x' }\n", './y', 'm', 'a'), 'm: { a: ./y }\n');
  assert.equal(withValue('cron: x\n', '*/5 * * * *', 'cron'), 'cron: "*/5 * * * *"\n');
  assert.equal(withValue('a: x\n', '5', 'a'), 'a: "5"\n');
});

test('a value that another place shares is left alone', () => {
  assert.equal(withValue('a: &x 1\nb: *x\n', 2, 'a'), undefined);
  assert.equal(withValue('a: &x { c: 1 }\nb: *x\n', 2, 'b', 'c'), undefined);
  assert.equal(without('a: &x { c: 1 }\nb: *x\n', 'b', 'c'), undefined);
});
