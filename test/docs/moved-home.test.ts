// needs: time
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf } from '../rig/documents/blocks.ts';
import { makeScratch } from '../rig/documents/scratch.ts';

test('a home that is backed up and moved as docs/operations.md says is read as before', async (t) => {
  const scratch = await makeScratch();
  t.after(scratch.remove);
  const shown = await scratch.run('npx temper show RUN');
  assert.match(shown.output, /after {3}Ahoy/);
  for (const { text } of blocksOf('docs/operations.md').filter(({ text }) => text.includes('tar -C')))
    assert.equal((await scratch.run(text)).code, 0);
  await scratch.run('rm -r ~/.local/share/temper');
  const moved = scratch.home.replace('.local/share', 'big-disk');
  assert.equal((await scratch.run('npx temper show RUN', { TEMPER_HOME: moved })).output, shown.output);
});
