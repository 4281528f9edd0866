import type { Source } from '../yaml/source.ts';
import type { JsonSchema } from './json-schema.ts';

/** What was parsed when zod found its issues. */
export interface Parsed {
  source: Source;
  schema: JsonSchema;
  value: unknown;
  /** Path of the value in the document. */
  prefix: readonly string[];
  /** The step kind whose options were parsed; absent for the document itself. */
  kind?: string;
  /** Options written in a wrong place. They are reported there, and not as missing here. */
  misplaced?: readonly string[];
}
