import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskOf, withoutCredentials } from '../../../services/machine/mask.ts';

const secret = 'p4ss/wörd "x"+&%';
const mask = maskOf([secret]);

for (const [form, text] of [
  ['as it is', secret],
  ['URL-encoded', encodeURIComponent(secret)],
  ['URL-encoded in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['as a form sends it', new URLSearchParams({ a: secret }).toString().slice(2)],
  ['in a path, where `/` stands', encodeURI(secret).replaceAll('+', '%2B')],
  ['as JSON', JSON.stringify(secret).slice(1, -1)],
  ['as ASCII JSON', JSON.stringify(secret).slice(1, -1).replace('ö', '\\u00f6')],
] as const) {
  test(`a secret is masked ${form}`, () => {
    assert.equal(mask(`before ${text} after`), 'before *** after');
  });
}

test('if one secret begins with another, the longer one is masked whole', () => {
  assert.equal(maskOf(['abcd', 'abcd-efgh'])('abcd-efgh abcd'), '*** ***');
});

test('a multi-line secret is masked line by line and on one line, but its short lines are not', () => {
  const key = '{\n  "private": "c4n4ry",\n}\r\nlast-line\r\n';
  const lines = maskOf([key]);
  assert.deepEqual(key.split(/\r?\n/).map(lines), ['{', '  ***', '}', '***', '']);
  assert.equal(lines(JSON.stringify({ key: key.trim() })), '{"key":"***"}');
  assert.equal(lines('if (a) {'), 'if (a) {');
});

test('no secret and an empty secret mask nothing', () => {
  assert.equal(maskOf([])('a b'), 'a b');
  assert.equal(maskOf(['', ' \n '])('a b'), 'a b');
});

test('user and password of a URL are hidden, whatever characters they contain', () => {
  assert.equal(
    withoutCredentials('at http://me:p@ss@host:1/x@y, (https://t0ken@h)'),
    'at http://***@host:1/x@y, (https://***@h)',
  );
  assert.equal(
    withoutCredentials('https://host/path?to=a@b org/model@main'),
    'https://host/path?to=a@b org/model@main',
  );
});
