import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Decision, decisionsOf, type Foreseen } from '../../core/estimates/decisions.ts';
import type { Plan } from '../../core/run/plan.ts';
import { foreseeAnswer } from '../../protocol/foresee.ts';
import { homeRoot } from '../../services/machine/home.ts';
import { packageFile } from '../../services/machine/package-root.ts';

/** A Hub or an Ollama that does not answer is not waited for longer. */
const patienceMs = 60_000;

export interface Foresight {
  decisions: ReadonlyMap<string, Decision>;
  /** Why nothing could be looked up. */
  problem?: string;
}

/** Finds out which steps of a plan would be reused. Starts a process for that only where this home has results at all. */
export async function foreseePlan(plan: Plan): Promise<Foresight> {
  if (!existsSync(join(homeRoot(), 'store', 'keys'))) return { decisions: decisionsOf(plan, undefined) };
  const answer = await askWorker(plan);
  if (answer.event === 'foreseen') return { decisions: decisionsOf(plan, answer as Foreseen) };
  const left = Object.fromEntries(plan.steps.map(({ id }) => [id, { code: answer.code, message: answer.message }]));
  return { decisions: decisionsOf(plan, { steps: {}, left }), problem: answer.message };
}

async function askWorker(plan: Plan) {
  const child = spawn(process.execPath, [packageFile('bin/temper.mjs'), 'foresee'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: patienceMs,
  });
  child.stdin.end(JSON.stringify({ plan }));
  // A process that is ended writes nothing, or half a line.
  const said = await text(child.stdout).catch(() => '');
  const parsed = foreseeAnswer.safeParse(parsedJson(said.trim().split('\n').at(-1) ?? ''));
  if (parsed.success) return parsed.data;
  return { event: 'failed', code: 'UNKNOWN', message: 'the look at earlier runs did not end in time' } as const;
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
