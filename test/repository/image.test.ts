// needs: python
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../rig/temper.ts';

test('the image installs its Python where a worker looks for it', async () => {
  // Here it is installed already, which the script finds by the same name that a worker goes by.
  const env = { ...process.env, TEMPER_PYTHON: '' };
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/install-python.js')], { env });
  const path = /^the trainer's Python is (.+)$/m.exec(stdout)?.[1];
  assert.ok(path && existsSync(path), stdout);
});
