import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathSetting, xdgFolder } from '../settings/settings.ts';

/** The folder in which the Hub's client keeps what it has fetched. */
export function hubCache(): string {
  const { env } = process;
  const home = pathSetting('HF_HOME', env) ?? join(xdgFolder('XDG_CACHE_HOME', env, '.cache'), 'huggingface');
  return pathSetting('HF_HUB_CACHE', env) ?? join(home, 'hub');
}

/**
 * Finds the folder in the local cache of the Hub that holds files of a model. Without a revision it is the last one that
 * this machine has seen.
 */
export async function cachedModel(base: string, commit?: string): Promise<string | undefined> {
  const [name = '', revision = 'main'] = base.split('@');
  const model = join(hubCache(), `models--${name.replaceAll('/', '--')}`);
  const seen = commit ?? (await readFile(join(model, 'refs', revision), 'utf8').catch(() => revision)).trim();
  const folder = join(model, 'snapshots', seen);
  const facts = await stat(join(folder, 'config.json')).catch(() => undefined);
  return facts?.isFile() ? folder : undefined;
}
