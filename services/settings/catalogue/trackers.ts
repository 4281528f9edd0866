import { readPath } from '../paths.ts';
import { type Setting, toTracker } from '../setting.ts';
import { readUrl } from '../urls.ts';

const secret = (name: string, about: string): Setting => ({ name, secret: true, kept: true, about });

/** Variables of the clients that send metrics to a tracker. Only the process of that client gets them. */
export const trackerSettings: Readonly<Record<string, readonly Setting[]>> = {
  Trackers: [
    {
      name: 'TENSORBOARD_LOGGING_DIR',
      read: readPath,
      kept: true,
      about: 'Folder of `track: tensorboard`. Default: `tensorboard` in the home.',
    },
    {
      name: 'MLFLOW_TRACKING_URI',
      kept: true,
      children: toTracker,
      about: 'The server of `track: mlflow`, where the option has no `url`.',
    },
    ...['MLFLOW_TRACKING_TOKEN', 'MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD'].map((name) =>
      secret(name, 'Login of `track: mlflow`; `temper secret set NAME` stores one.'),
    ),
    secret(
      'WANDB_API_KEY',
      'Key of `track: wandb`; `temper secret set WANDB_API_KEY` stores one. So does `wandb login`.',
    ),
    {
      name: 'WANDB_BASE_URL',
      read: readUrl,
      kept: true,
      children: toTracker,
      about: 'The server of `track: wandb`, where the option has no `url`.',
    },
    ...['WANDB_MODE', 'WANDB_ENTITY'].map((name) => ({
      name,
      kept: true as const,
      children: toTracker,
      about: 'As for every program of W&B; the mode `offline` sends nothing.',
    })),
    {
      name: 'NETRC',
      kept: true,
      children: toTracker,
      about: 'The file of logins in place of `~/.netrc`, where `wandb login` leaves its key.',
    },
    secret(
      'TRACKIO_WRITE_TOKEN',
      'Token of a server of `track: trackio`; `temper secret set TRACKIO_WRITE_TOKEN` stores one.',
    ),
    ...['TRACKIO_DIR', 'TRACKIO_SERVER_URL', 'TRACKIO_SPACE_ID'].map((name) => ({
      name,
      kept: true as const,
      children: toTracker,
      about: 'Where `track: trackio` keeps its runs, or sends them. A Space needs the secret HF_TOKEN.',
    })),
    ...['MLFLOW_*', 'WANDB_*', 'TRACKIO_*'].map((name) => ({
      name,
      children: toTracker,
      about: 'Other settings of the clients.',
    })),
    {
      name: 'TEMPER_TRACKER_PYTHON',
      read: readPath,
      kept: true,
      about: 'A Python with the clients, in place of those that temper installs, as on a machine without a network.',
    },
  ],
};
