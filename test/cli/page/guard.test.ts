// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asking, refusalOf } from '../../../cli/page/guard.ts';

const own = { token: 'secret-token', port: 4000 };
const page: Asking = { method: 'GET', token: 'secret-token', host: '127.0.0.1:4000', origin: undefined, site: 'none' };
const form: Asking = { ...page, method: 'POST', origin: 'http://127.0.0.1:4000', site: 'same-origin' };

const cases: readonly [who: string, asking: Asking, isAnswered: boolean][] = [
  ['the link', page, true],
  ['the link by another name of this machine', { ...page, host: 'localhost:4000' }, true],
  ['the page itself', { ...page, origin: 'http://127.0.0.1:4000', site: 'same-origin' }, true],
  ['a form of the page', form, true],
  ['a reader without a token', { ...page, token: '' }, false],
  ['a reader with another token', { ...page, token: 'secret-tokex' }, false],
  ['a reader with a part of the token', { ...page, token: 'secret' }, false],
  ['a name elsewhere that means this machine', { ...page, host: 'evil.example:4000' }, false],
  ['another port of this machine', { ...page, host: '127.0.0.1:4001' }, false],
  ['a request without a host', { ...page, host: undefined }, false],
  ['a script of another page', { ...page, origin: 'http://evil.example' }, false],
  ['a script of another server of this machine', { ...page, origin: 'http://127.0.0.1:4001' }, false],
  ['a page without an origin of its own', { ...form, origin: 'null' }, false],
  ['a form of another page', { ...form, origin: 'http://evil.example', site: 'cross-site' }, false],
  ['a form of another server of this machine', { ...form, origin: 'http://127.0.0.1:4000', site: 'same-site' }, false],
  ['a program that sends a form without an origin', { ...form, origin: undefined }, false],
  ['a form without a token', { ...form, token: 'runs' }, false],
];

for (const [who, asking, isAnswered] of cases)
  test(`${who} is ${isAnswered ? 'answered' : 'refused'}`, () =>
    assert.equal(refusalOf(asking, own) === undefined, isAnswered));
