import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { writeDurably } from '../store/durable-files.ts';

export const secretName = /^[A-Z][A-Z0-9_]*$/;

/** Reads a secret from the environment, or else from its file. Throws SECRET_MISSING. Callers do not keep it. */
export async function readSecret(folder: string, name: string): Promise<string> {
  const fromEnvironment = process.env[name];
  if (fromEnvironment) return fromEnvironment;
  const file = join(folder, name);
  const facts = secretName.test(name) ? await stat(file).catch(() => undefined) : undefined;
  if (!facts)
    throw new TemperError('SECRET_MISSING', `the secret ${name} is not set`, {
      remedy: `Set it with \`npx temper secret set ${name}\`.`,
    });
  if ((facts.mode & 0o077) !== 0) {
    throw new TemperError('SECRET_MISSING', `other users can read ${file}, so temper does not use it`, {
      remedy: `Run \`chmod 600 ${file}\`.`,
    });
  }
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}

export async function writeSecret(folder: string, name: string, value: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await writeDurably(join(folder, name), value, { mode: 0o600 });
}

export async function listSecrets(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [] as string[])).filter((name) => secretName.test(name)).sort();
}
