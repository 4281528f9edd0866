import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pins } from '../activities/contract.ts';
import type { RunState, StepState } from '../core/run-state.ts';
import { ArtifactStore } from '../services/artifacts.ts';
import { openHome } from '../services/home.ts';
import { digestsOf } from '../services/step-results.ts';
import type { RunInput } from '../workflows/run-input.ts';
import { lookUp } from './look-up.ts';
import { heartbeatOf, type NamedRun, queuesOf, startRun } from './run.ts';
import { resolveRun } from './runs.ts';
import { openSession, runLink, type Session, workflowOf } from './session.ts';
import { UserError } from './user-error.ts';
import { watchRun } from './watch-run.ts';

/** Lets a paused run go on, and continues a closed one under its id: the stored plan and pins, what succeeded, and the last checkpoint. */
export async function resume(text: string, options: { detach?: boolean; acceptVersions?: boolean }): Promise<number> {
  // First, since a name that is no run must not start anything.
  const runId = await resolveRun(openHome().runs, text);
  const session = await openSession({ start: true });
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    if (seen && !seen.closed) {
      const isPaused = seen.state?.status === 'paused';
      // Without a worker nobody says whether it is paused; a run that is not takes no harm from the signal.
      if (isPaused || !seen.state) await workflowOf(session.client, runId).signal('resume');
      process.stdout.write(`${runId} ${isPaused ? 'goes on' : 'is running already'}.\n`);
      return options.detach ? 0 : await watchRun(session, runId);
    }
    if (state?.status === 'succeeded') throw new UserError(`${runId} has succeeded; there is nothing to resume`, 1);
    const input = await continuation(session, runId, state);
    await startRun(session, options.acceptVersions ? { ...input, acceptVersions: true } : input);
    const link = runLink(session, runId);
    process.stdout.write(`${runId} goes on\n${link ? `${link}\n` : ''}`);
    return options.detach ? 0 : await watchRun(session, runId);
  } finally {
    await session.close();
  }
}

async function continuation(session: Session, runId: string, state: RunState | undefined): Promise<NamedRun> {
  const folder = join(session.home.runs, runId);
  const read = async <T>(name: string): Promise<T | undefined> =>
    await readFile(join(folder, name), 'utf8').then(
      (text) => JSON.parse(text) as T,
      () => undefined,
    );
  const plan = await read<RunInput['plan']>('plan.json');
  if (!plan) throw new UserError(`${folder}/plan.json is gone, so ${runId} cannot be resumed; start a new run`, 1);
  const pins = await read<Pins>('pins.json');
  const began = await read<Pick<RunInput, 'reuse' | 'rerun'>>('input.json');
  const succeeded = await stillThere(new ArtifactStore(session.home.store), plan, state?.steps ?? {});
  return {
    runId,
    plan,
    queues: queuesOf(session),
    reuse: began?.reuse ?? true,
    ...(began?.rerun ? { rerun: began.rerun } : {}),
    ...heartbeatOf(),
    // Without pins the run never came as far as reading its inputs, so it begins anew.
    ...(pins ? { resume: { pins, succeeded } } : {}),
  };
}

/**
 * What had succeeded and whose artifacts are whole to the last byte, or were dropped on purpose. Else the step runs again,
 * and all that built on it.
 */
async function stillThere(
  store: ArtifactStore,
  plan: RunInput['plan'],
  steps: RunState['steps'],
): Promise<Record<string, StepState>> {
  const kept: Record<string, StepState> = {};
  for (const { id, needs } of plan.steps) {
    const step = steps[id];
    if ((step?.state !== 'succeeded' && step?.state !== 'reused') || !needs.every((need) => kept[need])) continue;
    const digests = digestsOf({ outputs: step.outputs ?? {} });
    // A clean-up that runs just now leaves alone what this run is about to rely on.
    await Promise.all(digests.map((digest) => store.want({ digest })));
    const found = await Promise.all(digests.map((digest) => store.condition({ digest }, { verify: true })));
    if (!found.includes('broken')) kept[id] = step;
  }
  return kept;
}
