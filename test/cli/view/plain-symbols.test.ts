// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPlainSymbols } from '../../../cli/view/text/plain-symbols.ts';

test('a terminal of another encoding gets ASCII in place of symbols, and other text as it is', () => {
  assert.equal(withPlainSymbols('✔ a → größe…'), '+ a -> größe...');
});
