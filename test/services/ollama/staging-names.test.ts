// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStagingName, newStagingName } from '../../../services/ollama/staging-names.ts';

test('a model that exists only during a step is told from those of a person, with its tag too', () => {
  assert.ok(isStagingName(`${newStagingName()}:latest`));
  assert.ok(!isStagingName('qwen2.5:0.5b'));
});
