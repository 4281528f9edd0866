import { createReadStream } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { makePlan, type Planned, renderProblems } from '../core/make-plan.ts';
import type { Plan } from '../core/plan.ts';
import { UserError } from './user-error.ts';

/** Any document of more bytes has too many characters as well; a device such as /dev/zero never ends. */
const mostBytes = 1_000_000;

/** Text of a pipeline file; what cannot be read is said in words. */
export async function readDocument(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file, { end: mostBytes })) chunks.push(chunk as Buffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a directory'
          : code === 'EACCES'
            ? 'you may not read it'
            : (error as Error).message;
    throw new UserError(`${file}: ${why}`);
  }
  // The replacement character marks bytes that are not UTF-8; the document check points at it.
  return new TextDecoder('utf-8').decode(Buffer.concat(chunks));
}

const expand = (path: string) => (path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path);

export async function loadPlan(file: string, inputs: readonly string[]): Promise<{ plan: Plan; planned: Planned }> {
  return planText(await readDocument(file), file, parseInputs(inputs));
}

/** A plan of a text that was read from `file`, wherever it comes from now. */
export function planText(
  text: string,
  file: string,
  inputs: Readonly<Record<string, string>>,
): { plan: Plan; planned: Planned } {
  const folder = dirname(resolve(file));
  const planned = makePlan(text, resolve(file), inputs, {
    fromDocument: (path) => resolve(folder, expand(path)),
    fromShell: (path) => resolve(expand(path)),
  });
  if (!planned.plan) throw new UserError(renderProblems(planned, shown(file)).trimEnd());
  return { plan: planned.plan, planned };
}

/** A path as the person would type it here. */
export function shown(file: string): string {
  const near = relative(process.cwd(), resolve(file));
  return near.startsWith('..') ? file : near;
}

function parseInputs(inputs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    inputs.map((input) => {
      const at = input.indexOf('=');
      if (at < 1) throw new UserError(`--input ${input}: write it as name=value`);
      return [input.slice(0, at), input.slice(at + 1)];
    }),
  );
}
