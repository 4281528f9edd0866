import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { makePlan, type Planned } from '../../core/language/plan/make-plan.ts';
import type { FileProblem } from '../../core/language/problems.ts';
import type { Opened, PathRules } from '../../core/language/reading.ts';
import { type Plan, stepsWithin } from '../../core/run/plan.ts';
import { fileWords } from '../../core/words/diagnostics/files.ts';
import { UserError } from '../user-error.ts';

/** Bytes to read at most: a longer document has too many characters anyway, and a device such as /dev/zero never ends. */
const maxBytes = 1_000_000;

/** Reads a pipeline file. Throws UserError if it cannot be read. */
export async function readDocument(file: string): Promise<string> {
  try {
    // The replacement character marks bytes that are not UTF-8; the document check points at it.
    return new TextDecoder('utf-8').decode(await readBeginning(file));
  } catch (error) {
    const { hintForFile } = await import('./explain-file.ts');
    throw new UserError(`${file}: ${fileWords(fileProblem(error))}`, { hint: hintForFile(file) });
  }
}

/** Reads a file, a pipe or a device. A stream would take a small command longer than all else that it reads. */
async function readBeginning(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}

function fileProblem(error: unknown): FileProblem {
  const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
  return { code, message };
}

/** Stored texts by their paths, read in place of the files. */
type Texts = ReadonlyMap<string, string>;

/** Resolves the paths of a document, and reads the pipelines that its steps run. */
export function pathRules(file: string, stored?: Texts): PathRules {
  const folder = dirname(resolve(file));
  return {
    fromDocument: (path) => resolve(folder, expand(path)),
    fromShell: (path) => resolve(expand(path)),
    open: (path) => openPipeline(resolve(folder, path), stored),
  };
}

function openPipeline(path: string, stored?: Texts): Opened | { problem: FileProblem } {
  const known = stored?.get(path);
  if (known !== undefined) return { path, shown: shown(path), text: known, rules: pathRules(path, stored) };
  try {
    // A pipe or a device may never end.
    if (!statSync(path).isFile()) return { problem: { code: 'NOT_A_FILE' } };
    const text = new TextDecoder('utf-8').decode(readFirst(path));
    return { path, shown: shown(path), text, rules: pathRules(path, stored) };
  } catch (error) {
    return { problem: fileProblem(error) };
  }
}

function readFirst(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

const expand = (path: string) => (path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path);

/** Reads and plans a pipeline file. Throws UserError with every mistake in it. */
export async function loadPlan(file: string, inputs: readonly string[]): Promise<{ plan: Plan; planned: Planned }> {
  return await planText(await readDocument(file), file, parseInputs(inputs));
}

/** Plans a text that was read from `file` earlier. Takes its inner pipelines from the plan `as`; `flag` names the option that sets an input. */
export async function planText(
  text: string,
  file: string,
  inputs: Readonly<Record<string, string>>,
  as?: Plan,
  flag = '--input',
): Promise<{ plan: Plan; planned: Planned }> {
  const within = as ? stepsWithin(as).flatMap(({ plan }) => plan?.document ?? []) : [];
  const stored = new Map(within.map(({ path, text }) => [path, text]));
  const planned = makePlan(text, resolve(file), inputs, pathRules(file, stored));
  if (!planned.plan) {
    // Loaded only now: measuring text takes as long to load as a small command takes.
    const { renderProblems } = await import('../view/diagnostics/render-problems.ts');
    throw new UserError(renderProblems(planned, shown(file), flag).trimEnd());
  }
  return { plan: planned.plan, planned };
}

/** A path relative to the current folder, if it lies inside. */
export function shown(file: string): string {
  const near = relative(process.cwd(), resolve(file));
  return near.startsWith('..') ? file : near;
}

function parseInputs(inputs: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const input of inputs) {
    const at = input.indexOf('=');
    if (at < 1)
      throw new UserError(`--input ${input}: expected name=value`, { hint: 'write, for example, `--input epochs=3`' });
    const name = input.slice(0, at);
    if (Object.hasOwn(given, name)) throw new UserError(`input "${name}" is given twice`, { hint: 'give it once' });
    given[name] = input.slice(at + 1);
  }
  return given;
}
