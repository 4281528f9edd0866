import type { Reading } from './reading.ts';

/** A kind of temper's child processes: a `run` step's command, the trainer, or the client of a tracker. */
export type Child = 'command' | 'trainer' | 'tracker';

/** One environment variable, or a group of them whose names begin alike. */
export interface Setting {
  /** One that ends with `*` stands for every name that begins so. */
  name: string;
  about: string;
  /** What the value means; a setting without it is taken as it is. */
  read?: (text: string) => Reading<unknown>;
  /** The same setting has a second name, in lower case, which wins. */
  eitherCase?: true;
  /** The value is never shown, only whether it is the same. */
  secret?: true;
  /** Running workers have the value of `temper up`. */
  kept?: true;
  children?: readonly Child[];
}

export const everywhere = ['command', 'trainer'] as const;
export const toTrainer = ['trainer'] as const;
export const toTracker = ['tracker'] as const;
