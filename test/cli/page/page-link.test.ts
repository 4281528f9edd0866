// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPageLink, writePageLink } from '../../../cli/page/page-link.ts';

test('a home keeps its link, which nobody else can read, and makes another one of a file that is not as it was written', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'temper-link-'));
  t.after(() => rm(root, { recursive: true }));
  const first = await readPageLink({ root });
  await writePageLink({ root }, { ...first, port: 4000 });
  assert.deepEqual(await readPageLink({ root }), { ...first, port: 4000 });
  assert.equal((await stat(join(root, 'page.json'))).mode & 0o777, 0o600);
  for (const text of ['', '{"token":""}', '{"token":"short","port":4000}', `{"token":"${'a'.repeat(31)}/"}`]) {
    await writeFile(join(root, 'page.json'), text);
    const other = await readPageLink({ root });
    assert.match(other.token, /^[\w-]{32}$/);
    assert.notEqual(other.token, first.token);
  }
});
