import assert from 'node:assert/strict';
import { closeSync, existsSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lastLines, openLog, rotateLog } from '../../../services/stack/log-file.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

test('a log that grew large is put away while its writer goes on writing', (t) => {
  const log = join(temporaryFolder(t), 'ollama.log');
  const writer = openLog(log);
  t.after(() => closeSync(writer));
  const line = `${'x'.repeat(1_023)}\n`;
  writeSync(writer, line.repeat(21 * 1_024));
  rotateLog(log);
  writeSync(writer, 'after\n');
  assert.equal(readFileSync(log, 'utf8'), 'after\n');
  assert.equal(statSync(`${log}.1`).size, 21 * 1_024 * 1_024);
  rotateLog(log);
  assert.equal(existsSync(`${log}.2`), false);
  assert.equal(lastLines(log), 'after');
});
