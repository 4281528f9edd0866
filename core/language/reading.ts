import type { Diagnostic } from './diagnostic.ts';
import type { PipelineDocument } from './document.ts';
import type { Outline } from './outline.ts';
import type { FileProblem, Problem } from './problems.ts';
import type { Source } from './yaml/source.ts';

/** Values of a pipeline's inputs, by name. */
export type InputValues = Readonly<Record<string, string | number | boolean>>;

/** Where relative paths start: those in the document at its folder, those on the command line at the shell's. */
export interface PathRules {
  fromDocument: (path: string) => string;
  fromShell: (path: string) => string;
  /** Reads a pipeline that the document names. Absent where no files can be read. */
  open?: (file: string) => Opened | { problem: FileProblem };
}

/** A pipeline in a file of its own. */
export interface Opened {
  /** Absolute, so that two names of one file are one pipeline. */
  path: string;
  /** The path as a person would type it. */
  shown: string;
  text: string;
  /** Of its own folder. */
  rules: PathRules;
}

/** A document that was read, with its mistakes. */
export interface Read {
  source: Source;
  /** Absent where the document's own keys have mistakes. */
  document?: PipelineDocument;
  /** Absent where the text is not a map. */
  outline?: Outline;
  /** The pipelines that its steps run, by step. */
  used: ReadonlyMap<string, Used>;
  /** Every mistake of the document, options and expressions included, without those of other files; `values` are inputs that are known. */
  check: (values?: InputValues) => Diagnostic[];
}

/** The pipeline that a step runs, or why it cannot be used. */
export type Used = { opened: Opened; read: Read } | { problem: UsedProblem };

type UsedProblem = Extract<Problem, { code: 'BAD_PIPELINE' } | { reason: 'pipeline-cycle' }>;

/** How a document came to be read. */
export interface Reading {
  rules: PathRules;
  /** The files that run each other, from the one that was asked for down to this one. */
  chain: readonly Pick<Opened, 'path' | 'shown'>[];
  /** Files read so far, for all documents together. */
  count: { files: number };
}
