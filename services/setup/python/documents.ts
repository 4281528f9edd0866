import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../machine/package-root.ts';
import { pathSetting } from '../../settings/settings.ts';
import { buildLog, setupContext } from '../context.ts';
import { installLocked } from './python-tools.ts';

const lock = packageFile('services/setup/locks/documents.txt');

/** Eight hex digits of the libraries that read documents: with others, the same file may have other text. */
export const documentsDigest = (): string => createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 8);

/**
 * The Python that reads documents, in an environment of its own: its libraries cannot change those of a training.
 * Installed when the first step asks for it. `TEMPER_DOCUMENTS_PYTHON` names one instead.
 */
export async function ensureDocuments(cache: string, signal?: AbortSignal): Promise<string> {
  const setup = setupContext(cache, () => {}, { signal });
  const named = pathSetting('TEMPER_DOCUMENTS_PYTHON', setup.env);
  if (named !== undefined) return named;
  const folder = join(setup.cache, 'documents', documentsDigest());
  await installLocked(setup, { folder, lock, log: buildLog(setup, 'documents') });
  return join(folder, 'bin', 'python');
}
