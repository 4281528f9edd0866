type Environment = Readonly<Record<string, string | undefined>>;

export interface Missing {
  what: string;
  why: string;
  /** Commands that install it; Debian's also serve Ubuntu. */
  install?: { debian: string; macos: string };
}

export type Part = 'python' | 'temporal' | 'ollama' | 'llama.cpp';

export const namedBy: { temporal: string; ollama: string };
export const lockFile: string;
export const stampFile: string;
export function pythonFolder(cache: string, lock?: string): string;
export function isPythonReady(folder: string): boolean;
export function checkPrerequisites(options?: {
  env?: Environment;
  parts?: readonly Part[];
  cache?: string;
}): Promise<Missing[]>;
export function describeMissing(missing: readonly Missing[]): string;
