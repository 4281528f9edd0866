import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Way } from '../context.ts';

/** Where a program of the cache came from. It lies beside the program, so that a later start still knows. */
export interface Origin {
  way: Extract<Way, 'downloaded' | 'wheel' | 'built'>;
  /** The archive, the package, or what it was built from and how. */
  from: string;
}

const file = (folder: string) => join(folder, 'origin.json');

export const writeOrigin = (folder: string, origin: Origin): void =>
  writeFileSync(file(folder), `${JSON.stringify(origin)}\n`);

/** Undefined for a program that an earlier temper has put there. */
export function readOrigin(folder: string): Origin | undefined {
  try {
    return JSON.parse(readFileSync(file(folder), 'utf8')) as Origin;
  } catch {
    return undefined;
  }
}

const words: Record<Origin['way'], string> = {
  downloaded: 'the vendor’s archive',
  wheel: 'a wheel of the Python registry:',
  built: 'built from its source:',
};

export const originWords = ({ way, from }: Origin): string => `${words[way]} ${from}`;
