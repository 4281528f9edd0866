import { z } from 'zod';

/** Programs that people watch metrics in. Each is fed by its own client, in a Python environment of its own. */
export const trackers = ['tensorboard', 'mlflow', 'wandb', 'trackio'] as const;
export type Tracker = (typeof trackers)[number];

const named = z
  .strictObject({
    to: z.enum(trackers).describe('The tracker.'),
    project: z
      .string()
      .regex(/^[^\s/\\:]+(?:\/[^\s/\\:]+)?$/, 'is not a name: write it without spaces, `:` and `\\`')
      .optional()
      .describe(
        'What the tracker calls project, or experiment (MLflow). For W&B also `entity/project`. By default, the name of the pipeline.',
      ),
    url: z
      .string()
      .regex(
        /^https?:\/\/[^\s/?#@]+(?:[/?#][^\s@]*)?$/,
        'is not an address such as `https://mlflow.example`; a password or token belongs in a secret',
      )
      .optional()
      .describe(
        'Address of the server. By default, that of the tracker’s own variable, such as `MLFLOW_TRACKING_URI`.',
      ),
  })
  .refine(({ to, url }) => to !== 'tensorboard' || url === undefined, 'is not for TensorBoard, which reads a folder');

export type Tracked = z.output<typeof named>;

/** No part of a key or a checkpoint: where a curve is drawn changes nothing that is learned. */
export const track = z
  .union([z.enum(trackers), named, z.array(z.union([z.enum(trackers), named])).min(1)])
  .optional()
  .describe(
    'Sends the metrics also to a tracker, with its own client: `track: mlflow`, a list of several, or `{ to: wandb, project: my-project }`. The training never waits for it.',
  )
  .meta({ fixed: false, shapes: false });

/** Each tracker once, as the option names them. */
export function trackedIn(option: z.output<typeof track>): Tracked[] {
  const all = option === undefined ? [] : Array.isArray(option) ? option : [option];
  const named = all.map((each) => (typeof each === 'string' ? { to: each } : each));
  return named.filter(({ to }, index) => named.findIndex((other) => other.to === to) === index);
}
