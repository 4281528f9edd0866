import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { errors } from '../../core/errors/catalogue.ts';
import { expandPlan } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { readStepOutcomes } from '../../services/runs/step-outcome.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { UserError } from '../user-error.ts';
import { readRecord } from './known-runs.ts';
import type { Session } from './session.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

export interface LookedUp {
  state: RunState | undefined;
  /** What Temporal says of it; undefined where it does not answer or has forgotten it. */
  seen: Snapshot | undefined;
}

/** A run as Temporal tells it, else as its record does: records outlive the time for which Temporal keeps histories. */
export async function lookUp(runs: string, session: Session | undefined, runId: string): Promise<LookedUp> {
  let isForgotten = false;
  const seen = session
    ? await snapshot(session.client, session.home, runId).catch((error: unknown) => {
        isForgotten = error instanceof WorkflowNotFoundError;
        return undefined;
      })
    : undefined;
  const record = await readRecord(runs, runId);
  const state = seen?.state ?? record ?? (isForgotten ? await remains(runs, runId) : undefined);
  if (state?.status === 'terminated' && !record) await recordFor(runs, state);
  return { state, seen };
}

/** Who finds a run that was ended from outside closes its books: without a record it would count as open for ever. */
async function recordFor(runs: string, state: RunState): Promise<void> {
  await writeDurably(join(runs, state.runId, 'run.json'), `${JSON.stringify(state, null, 1)}\n`).catch(() => {});
}

/** Told where a command is for open runs only. Throws where Temporal says nothing of a run that may be open. */
export function endedAlready(runId: string, state: RunState | undefined, seen: Snapshot | undefined): string {
  const how = seen?.status.toLowerCase() ?? state?.status;
  if (how === undefined) throw new UserError(`Temporal does not say how ${runId} stands; try again in a moment`, 1);
  return `${runId} has ended already (${how}).`;
}

/** A run that was ended from outside left no record; what its steps had ended with stands in its folder. */
export async function remains(runs: string, runId: string): Promise<RunState | undefined> {
  const folder = join(runs, runId);
  const plan = await readJsonFile<Plan>(join(folder, 'plan.json'));
  if (!plan) return undefined;
  const outcomes = await readStepOutcomes(folder);
  const steps = expandPlan(plan).map(({ id, uses }): [string, StepState] => {
    const outcome = outcomes[id];
    if (!outcome) return [id, { uses, state: 'cancelled' }];
    const { outputs, summary, artifacts, reusedFrom, because } = outcome;
    const ended = { uses, outputs, summary, artifacts, ...(because === undefined ? {} : { because }) };
    return [id, reusedFrom ? { ...ended, state: 'reused', reusedFrom } : { ...ended, state: 'succeeded' }];
  });
  return {
    runId,
    pipeline: plan.pipeline,
    status: 'terminated',
    steps: Object.fromEntries(steps),
    ...(await times(folder, outcomes)),
    failure: {
      code: 'TERMINATED',
      message: 'Temporal has forgotten the run, and it left no record of its end; its steps are told by what they left',
      remedy: `${errors.TERMINATED.remedy} \`npx temper resume ${runId}\`.`,
    },
  };
}

/** From the first thing that was written to the last step that ended well. */
async function times(folder: string, outcomes: Awaited<ReturnType<typeof readStepOutcomes>>) {
  const { birthtimeMs } = await stat(folder);
  const ends = Object.values(outcomes).map(({ finishedAt }) => Date.parse(finishedAt));
  return { startedAt: birthtimeMs, endedAt: Math.max(birthtimeMs, ...ends.filter(Number.isFinite)) };
}
