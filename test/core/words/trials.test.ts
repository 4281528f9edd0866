import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialsByText } from '../../../core/words/trials.ts';

test('what is true of both converters is said once', () => {
  const told = (one: string, other: string) =>
    trialsByText([
      { engine: 'ollama', text: one },
      { engine: 'llama.cpp', text: other },
    ]);
  assert.deepEqual(told('the template', 'the template'), [['the template', ['ollama', 'llama.cpp']]]);
  assert.deepEqual(told('a', 'b'), [
    ['a', ['ollama']],
    ['b', ['llama.cpp']],
  ]);
});
