import { join } from 'node:path';
import { homeRoot } from '../machine/home.ts';
import { listSecrets, secretName } from '../machine/secrets.ts';

/** Names of the secrets that a worker of this machine can read; nothing where another machine may work. No secret is read. */
export async function inspectSecrets(): Promise<ReadonlySet<string> | undefined> {
  if (process.env.TEMPORAL_ADDRESS) return undefined;
  const stored = await listSecrets(join(homeRoot(), 'secrets'));
  const variables = Object.keys(process.env).filter((name) => secretName.test(name) && process.env[name]);
  return new Set([...stored, ...variables]);
}
