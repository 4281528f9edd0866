import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Deps } from '../../activities/engine/deps.ts';
import type { TemplateRoute } from '../../activities/import/proof/proof-report.ts';

/** What the steps stand on, in a folder of this trial alone. */
export type RootedDeps = Deps & { root: string };

/** The types that are tried: one that is not quantized, one by blocks, one by larger blocks. */
export const types = ['f16', 'q8_0', 'q4_K_M'] as const;

/** What became of one family on one Ollama, as one type: from the conversion to an answer. */
export interface Cell {
  ollama: string;
  family: string;
  type: string;
  /** The converter, and whose template the served model has. */
  engine?: string;
  template?: TemplateRoute;
  /** `prompt (9 of 12 chats)`. */
  proven?: readonly string[];
  notProvable?: readonly string[];
  drift?: number;
  /** The step that failed, and why. */
  failed?: { step: string; code: string; why: string };
  seconds: number;
}

/** How a base that nobody can train or serve is refused. */
export interface Refusal {
  base: string;
  code: string;
  why: string;
  /** `check`: by what its files show. `shell`: by what converters and Ollama made of a small model of its kind. */
  by: 'check' | 'shell';
  seconds: number;
  /** Processes that wanted a core in the last minute, and how many cores there were. */
  load: number;
  cores: number;
}

export interface Proved {
  /** Name of a family to its architecture. */
  families: Readonly<Record<string, string>>;
  cells: readonly Cell[];
  refusals: readonly Refusal[];
}

const file = new URL('proved.json', import.meta.url);

export const readProved = (): Proved => JSON.parse(readFileSync(file, 'utf8')) as Proved;

export async function writeProved({ families, cells, refusals }: Proved): Promise<void> {
  const lines = (all: readonly unknown[]) => all.map((each) => `\n  ${JSON.stringify(each)}`).join(',');
  const text = `{\n "families": ${JSON.stringify(families)},\n "cells": [${lines(cells)}\n ],\n "refusals": [${lines(refusals)}\n ]\n}\n`;
  await writeFile(file, text);
}

/** A message as a cell: without what is of this trial alone (`root` is its folder), and without the indented lines of a difference. */
export const inOneLine = (message: string, root: string): string =>
  message
    .split('\n')
    .filter((line) => !line.startsWith(' ') && !line.includes(root))
    .join('; ')
    .replaceAll(':;', ';')
    .replaceAll(/ at http:\/\/127\.0\.0\.1:\d+/g, '')
    .replaceAll(/temper-staging-[0-9a-f-]+/g, 'the model');
