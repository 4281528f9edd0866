// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureBuilt } from '../../../scripts/build.mjs';
import { knownExam } from '../../../services/inspection/known-exams.ts';

let folder: string;
before(async () => {
  await ensureBuilt();
  folder = await mkdtemp(join(tmpdir(), 'temper-exam-'));
  process.env.TEMPER_CACHE = join(folder, 'cache');
});
after(async () => {
  delete process.env.TEMPER_CACHE;
  await rm(folder, { recursive: true, force: true });
});

const answered = '{"prompt": "q", "reference": "a"}\n';
const open = '{"prompt": "q"}\n';
/** No question has a pattern or a number. */
const lacking = (reference: string[], at = 'e.jsonl:1') => ({
  lacking: { reference, pattern: [at], number: [at] },
});

test('an exam is read once, and again when its content has changed', async () => {
  const exam = join(folder, 'e.jsonl');
  for (const content of [answered, answered, open, answered]) {
    await writeFile(exam, content);
    const reference = content === open ? ['e.jsonl:1'] : [];
    assert.deepEqual(await knownExam(exam, content, false), lacking(reference));
  }
  assert.equal((await readdir(join(folder, 'cache', 'exams'))).length, 2);
});

test('a cache that cannot be written changes nothing', async () => {
  await writeFile(join(folder, 'no-folder'), '');
  process.env.TEMPER_CACHE = join(folder, 'no-folder');
  const exam = join(folder, 'f.jsonl');
  await writeFile(exam, open);
  assert.deepEqual(await knownExam(exam, open, false), lacking(['f.jsonl:1'], 'f.jsonl:1'));
});
