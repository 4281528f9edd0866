// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWords } from '../../cli/commands/compare.ts';

test('a word with spaces is the question wherever it stands, and a last word that is no name is one too', () => {
  const question = 'How many legs has a spider?';
  assert.deepEqual(readWords([question, 'parrot']), { named: ['parrot'], question });
  assert.deepEqual(readWords(['parrot', question, 'base:1b']), { named: ['parrot', 'base:1b'], question });
  assert.deepEqual(readWords([question]), { named: ['@latest'], question });
  assert.deepEqual(readWords(['parrot', 'Who?']), { named: ['parrot'], question: 'Who?' });
  assert.deepEqual(readWords(['parrot'], 'hello'), { named: ['parrot'], question: 'hello' });
  assert.deepEqual(readWords([]), { named: ['@latest'] });
  assert.throws(() => readWords(['One more?', 'parrot', 'And two?']), /two questions: "One more\?" and "And two\?"/);
});
