import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { digests } from '../../activities/engine/pinned-files.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { temper } from '../../test/rig/temper.ts';
import { documentOf, shellRoutes } from './prove-cell.ts';
import { inOneLine, type Refusal, type RootedDeps } from './proved.ts';

/** Takes the time until a base that nobody can train or serve is refused. Throws if it is not. */
export async function refuseBase(deps: RootedDeps, base: string, path: string): Promise<Refusal> {
  const load = Math.round(loadavg()[0]! * 10) / 10;
  const began = Date.now();
  const found = (await refusedByCheck(deps, path)) ?? (await refusedByShell(deps, path));
  if (!found) throw new Error(`${base} is not refused`);
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  return { base, ...found, seconds, load, cores: availableParallelism() };
}

type Found = Pick<Refusal, 'code' | 'why' | 'by'>;

/** By what `run` looks at before it asks for any server; `validate` tells it as JSON. */
async function refusedByCheck(deps: RootedDeps, base: string): Promise<Found | undefined> {
  const folder = join(deps.runs, 'refused');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'rows.jsonl'), '{"instruction": "Name a gas.", "output": "Neon."}\n');
  await writeFile(join(folder, 'p.yaml'), documentOf(base, 'q4_K_M', './rows.jsonl'));
  const { stdout } = await temper(['validate', 'p.yaml', '--json'], {}, { cwd: folder });
  const error = (JSON.parse(stdout) as Diagnostic[]).find(({ level }) => level !== 'warning');
  return error && { code: error.code, why: `it${error.message.split(base)[1] ?? error.message}`, by: 'check' };
}

interface Diagnostic {
  code: string;
  message: string;
  /** Absent: an error. */
  level?: 'warning';
}

async function refusedByShell(deps: RootedDeps, base: string): Promise<Found | undefined> {
  const pins = { files: { [base]: await digests(deps).ofBase(base) }, bases: {}, models: {} };
  try {
    await shellRoutes(deps, { base, pins }, 'q4_K_M');
  } catch (error) {
    if (!(error instanceof TemperError)) throw error;
    return { code: error.code, why: inOneLine(error.message, deps.root), by: 'shell' };
  }
  return undefined;
}
