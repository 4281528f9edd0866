import type { Tracker } from '../../../core/kinds/options/tracking.ts';
import { readSecret } from '../../../services/machine/secrets.ts';
import { childEnvironment } from '../../../services/settings/child-environment.ts';

const secrets: Readonly<Record<Tracker, readonly string[]>> = {
  tensorboard: [],
  mlflow: ['MLFLOW_TRACKING_TOKEN', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD'],
  wandb: ['WANDB_API_KEY'],
  trackio: ['TRACKIO_WRITE_TOKEN'],
};

/** A Space of Trackio belongs to an account of the Hub. */
const secretsOf = (tracker: Tracker): readonly string[] =>
  tracker === 'trackio' && process.env.TRACKIO_SPACE_ID ? [...secrets.trackio, 'HF_TOKEN'] : secrets[tracker];

/** No client reports on its user, and one whose server is away says so soon: it is asked again. */
const manners: Readonly<Record<string, string>> = {
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_HTTP_REQUEST_TIMEOUT: '20',
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
  WANDB_ERROR_REPORTING: 'false',
  WANDB_SILENT: 'true',
};

/** The variables of a tracker's client, and which of them no log may show. A secret that is not set is left out. */
export async function credentialsOf(
  tracker: Tracker,
  folder: string,
): Promise<{ env: Record<string, string>; secrets: string[] }> {
  const found = await Promise.all(
    secretsOf(tracker).map(async (name) => [name, await readSecret(folder, name).catch(() => undefined)] as const),
  );
  const known = found.filter((each): each is [string, string] => each[1] !== undefined);
  return {
    env: { ...manners, ...childEnvironment('tracker'), ...Object.fromEntries(known) },
    secrets: known.map(([, value]) => value),
  };
}
