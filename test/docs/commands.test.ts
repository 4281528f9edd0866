// needs: python
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, documents } from '../rig/documents/blocks.ts';
import { makeScratch } from '../rig/documents/scratch.ts';

for (const document of documents) {
  const blocks = blocksOf(document).filter(({ marks }) => marks.includes('runs'));
  if (blocks.length === 0) continue;
  test(`the commands of ${document} that are marked with \`runs\` succeed, one after the other`, async (t) => {
    const scratch = await makeScratch();
    t.after(scratch.remove);
    for (const { line, text } of blocks) {
      const { code, output } = await scratch.run(text);
      assert.equal(code, 0, `${document}:${line}\n${text}\n${output}`);
    }
  });
}
