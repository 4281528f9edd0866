import type { ModelShape } from './model-shape.ts';
import type { Pace } from './training-time.ts';

/** Rows of a file, as far as a look at it tells. Tokens are estimated from the characters. */
export interface RowFacts {
  rows: number;
  bytes: number;
  /** Of a row on average, and of the longest one. */
  tokens: number;
  longest: number;
  /** What is read of them, where several files are mixed by weights; the other figures are of what is learned. */
  read?: { rows: number; bytes: number };
}

/** What the estimate of a step stands on; what is absent is not known. */
export interface WorkFacts {
  /** The base model of the step, or of the steps it reads. */
  shape?: ModelShape;
  /** Its files must be fetched or converted first. */
  isBaseMade: boolean;
  /** The rows that are prepared or learned, and which share of them is held out. */
  rows?: RowFacts;
  heldOut: number;
  /** Of the text, of which rows are made. Only of formats that are text themselves: nobody knows it of a PDF before it is read. */
  documentBytes?: number;
  /** How the imported or judged model is stored. */
  type?: string;
  questions?: number;
  device: 'cpu' | 'gpu';
  pace: Pace;
}

/** What a step will take; what is absent is not known. Bytes and seconds. */
export interface Needs {
  seconds?: number;
  /** Written to the disk of the home, at its most. */
  disk?: number;
  /** Of the machine. */
  memory?: number;
  /** Of the GPU. Absent where the step computes in the machine's own memory. */
  device?: number;
}

/** A step's options, perhaps invalid or not filled in. */
type Options = Readonly<Record<string, unknown>>;

/** Estimates one step. Undefined where nothing can be said. */
export type NeedsOf = (options: Options, facts: WorkFacts) => Needs;

/** Floating-point operations a second that an earlier step with these options reached; undefined where it does not tell. */
export type PaceOf = (
  options: Options,
  facts: WorkFacts,
  outputs: Readonly<Record<string, number>>,
) => number | undefined;

export const numberIn = <T>(value: unknown, otherwise: T): number | T =>
  typeof value === 'number' ? value : otherwise;
