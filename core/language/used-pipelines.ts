import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { Read } from './read-pipeline.ts';

/** Where relative paths start: those in the document at its folder, those on the command line at the shell's. */
export interface PathRules {
  fromDocument: (path: string) => string;
  fromShell: (path: string) => string;
  /** Reads a pipeline that the document names; absent where no files are at hand. */
  open?: (file: string) => Opened | { problem: string };
}

/** A pipeline in a file of its own. */
export interface Opened {
  /** Absolute: two names of one file are one pipeline. */
  path: string;
  /** The path as a person would type it. */
  shown: string;
  text: string;
  /** Of its own folder. */
  rules: PathRules;
}

/** What became of a file that a step names. */
export type Used = { opened: Opened; read: Read } | { problem: string; code: DiagnosticCode };

/** How a document came to be read. */
export interface Reading {
  rules: PathRules;
  /** The files that run each other, from the one that was asked for down to this one. */
  chain: readonly Pick<Opened, 'path' | 'shown'>[];
  /** Files that have been read so far, for all documents together. */
  count: { files: number };
}

const deepest = 5;
/** Each is read anew for each step that runs it. */
const mostFiles = 100;

/** Reads the file that a step names. Pipelines that run each other, or lie too deep within each other, are refused. */
export function usePipeline(
  file: string,
  { rules, chain, count }: Reading,
  read: (text: string, reading: Reading) => Read,
): Used {
  const refuse = (problem: string, code: DiagnosticCode = 'BAD_PIPELINE'): Used => ({ problem, code });
  if (!rules.open) return refuse(`${file} cannot be read here`);
  const opened = rules.open(file);
  if ('problem' in opened) return refuse(`${file}: ${opened.problem}`);
  const way = [...chain, opened];
  const trail = way.map(({ shown }) => shown).join(' → ');
  if (chain.some(({ path }) => path === opened.path))
    return refuse(`these pipelines run each other: ${trail}`, 'CYCLE');
  if (chain.length > deepest) return refuse(`pipelines may lie ${deepest} deep within each other: ${trail}`);
  count.files += 1;
  if (count.files > mostFiles) return refuse(`at most ${mostFiles} steps may run pipelines, those within included`);
  return { opened, read: read(opened.text, { rules: opened.rules, chain: way, count }) };
}
