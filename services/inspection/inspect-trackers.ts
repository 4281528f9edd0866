import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TrackerFacts } from '../../core/checks/known.ts';
import { homeRoot } from '../machine/home.ts';

const variables = ['MLFLOW_TRACKING_URI', 'WANDB_BASE_URL', 'WANDB_MODE', 'TRACKIO_SPACE_ID'];
const secrets = ['WANDB_API_KEY', 'HF_TOKEN'];

/** What the clients of trackers will find here; nothing where another machine may train. No secret is read. */
export async function inspectTrackers(): Promise<TrackerFacts | undefined> {
  if (process.env.TEMPORAL_ADDRESS) return undefined;
  const set = variables.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  const known = await Promise.all(secrets.map(async (name) => ((await isSecretSet(name)) ? [name] : [])));
  return { variables: Object.fromEntries(set), secrets: new Set(known.flat()), hosts: await hostsWithLogin() };
}

const isSecretSet = async (name: string) => {
  if (process.env[name]) return true;
  const files = [join(homeRoot(), 'secrets', name), ...(name === 'HF_TOKEN' ? [hubToken()] : [])];
  return (await Promise.all(files.map((file) => stat(file).catch(() => undefined)))).some((facts) => facts?.isFile());
};

/** Where `hf auth login` leaves it. */
const hubToken = () =>
  process.env.HF_TOKEN_PATH ?? join(process.env.HF_HOME ?? join(homedir(), '.cache', 'huggingface'), 'token');

/** Where `wandb login` leaves its key. */
async function hostsWithLogin(): Promise<Set<string>> {
  const files = process.env.NETRC ? [process.env.NETRC] : ['.netrc', '_netrc'].map((name) => join(homedir(), name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return new Set(texts.flatMap((text) => [...text.matchAll(/\bmachine\s+(\S+)/g)].map(([, host]) => host!)));
}
