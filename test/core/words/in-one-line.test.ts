import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOneLine } from '../../../core/words/in-one-line.ts';

test('a message of several lines is told by its first and its last', () => {
  assert.equal(inOneLine('no space left'), 'no space left');
  assert.equal(
    inOneLine('it exited with code 1; its last lines:\nOSError: no such file\n'),
    'it exited with code 1; its last lines: OSError: no such file',
  );
  assert.equal(inOneLine('it was killed; its last lines:\na\nb\n  c'), 'it was killed; its last lines: … c');
});
