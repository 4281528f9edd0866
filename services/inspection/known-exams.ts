import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ExamFacts } from '../../core/checks/known.ts';
import { codeVersion } from '../machine/code-version.ts';
import { cacheDir } from '../machine/home.ts';
import { readJsonFile } from '../store/json-file.ts';

/**
 * What the reader says of an exam, from the cache if this code has read these bytes before: a start of Python takes longer
 * than everything else that `validate` does, so a quick look asks only the cache.
 */
export async function knownExam(path: string, content: string, isQuick: boolean): Promise<ExamFacts | undefined> {
  const digest = createHash('sha256')
    .update(JSON.stringify([codeVersion(), basename(path), content]))
    .digest('hex');
  const file = join(cacheDir(), 'exams', `${digest}.json`);
  const known = await readJsonFile<ExamFacts>(file);
  if (known || isQuick) return known;
  // Loaded only now: a quick look needs neither the reader nor the schemas of its events.
  const { inspectExam } = await import('./inspect-exam.ts');
  const facts = await inspectExam(path);
  if (facts) {
    await mkdir(dirname(file), { recursive: true })
      .then(() => writeFile(file, JSON.stringify(facts)))
      .catch(() => {}); // a cache that cannot be written costs time only
  }
  return facts;
}
