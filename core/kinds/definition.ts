import type { z } from 'zod';
import type { ArtifactKind } from '../handles.ts';

export type OutputType = ArtifactKind | 'number' | 'string' | 'boolean';

/** All that is known of a kind of step before one runs. Its work is the activity of the same name. */
export interface StepDefinition {
  summary: string;
  /** What stands under `with`: the only place where an option is defined. */
  options: z.ZodObject;
  /** What it gives to later steps. */
  outputs: Readonly<Record<string, OutputType>>;
  /** The same where it depends on the options; they are as the document has them, and need not be sound. */
  outputsOf?: (options: Readonly<Record<string, unknown>>) => Readonly<Record<string, OutputType>>;
  /** Whether it takes the device slot unless the document says otherwise: it loads weights. */
  usesDevice: boolean;
}
