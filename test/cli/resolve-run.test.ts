// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveRun } from '../../cli/runs/resolve-run.ts';

test('a run is suggested only where it is near what was written', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'runs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const run = 'parrot-20260101-020000-abcd';
  await mkdir(join(folder, run));
  await assert.rejects(resolveRun(folder, run.toUpperCase()), { hint: new RegExp(`^did you mean ${run}\\?`) });
  await assert.rejects(resolveRun(folder, 'nonsense'), { hint: '`npx temper ps` lists the runs' });
});
