// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preparePipeline } from '../../../cli/commands/begin/prepare-pipeline.ts';

test('a base that is not on this machine is refused before anything is written', async () => {
  const options = { base: './no-folder' } as Parameters<typeof preparePipeline>[1];
  await assert.rejects(preparePipeline('rows.jsonl', options), /the base \.\/no-folder does not exist/);
});
