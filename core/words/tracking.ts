import type { Tracking } from '../run/attempts.ts';

const titles: Readonly<Record<string, string>> = {
  tensorboard: 'TensorBoard',
  mlflow: 'MLflow',
  wandb: 'W&B',
  trackio: 'Trackio',
};

export const trackerTitle = (tracker: string): string => titles[tracker] ?? tracker;

/** Where a tracker has the curve, or why it has not all of it. */
export const trackingWords = ({ to, where, why }: Tracking): string =>
  why === undefined
    ? `${trackerTitle(to)} has the curve: ${where}`
    : `${trackerTitle(to)} does not get the curve: ${why}. The training does not wait for it`;
