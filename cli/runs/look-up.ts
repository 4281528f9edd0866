import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { errors } from '../../core/errors/catalogue.ts';
import { expandPlan } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { type Snapshot, snapshot } from '../../services/runs/snapshot.ts';
import { readStepOutcomes } from '../../services/runs/step-outcome.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { UserError } from '../user-error.ts';
import { readRecord } from './known-runs.ts';
import type { Session } from './session.ts';

export interface LookedUp {
  state: RunState | undefined;
  /** Temporal's view; undefined if Temporal does not answer or has deleted the run's history. */
  seen: Snapshot | undefined;
}

/** Reads a run from Temporal, or from its record, which outlives the histories that Temporal keeps. */
export async function lookUp(runs: string, session: Session | undefined, runId: string): Promise<LookedUp> {
  let isDeleted = false;
  const seen = session
    ? await snapshot(session.client, session.home, runId).catch((error: unknown) => {
        isDeleted = error instanceof WorkflowNotFoundError;
        return undefined;
      })
    : undefined;
  const record = await readRecord(runs, runId);
  const state = seen?.state ?? record ?? (isDeleted ? await reconstructRun(runs, runId) : undefined);
  if (state?.status === 'terminated' && !record) await writeMissingRecord(runs, state);
  return { state, seen };
}

/** Writes the final record that a terminated run could not write. Without it the run would count as open for ever. */
async function writeMissingRecord(runs: string, state: RunState): Promise<void> {
  await writeDurably(join(runs, state.runId, 'run.json'), `${JSON.stringify(state, null, 1)}\n`).catch(() => {});
}

/** Says how a closed run ended, for a command that needs an open one. Throws UserError if Temporal does not say whether it is open. */
export function closedRunText(runId: string, state: RunState | undefined, seen: Snapshot | undefined): string {
  const how = seen?.status.toLowerCase() ?? state?.status;
  if (how === undefined)
    throw new UserError(`Temporal does not say whether ${runId} is open`, {
      hint: `try again in a moment; \`npx temper status\` shows the local services`,
      exitCode: 1,
    });
  return `${runId} has already ended (${how})`;
}

/** Reconstructs a terminated run, which has no record, from the results its finished steps left in its folder. */
export async function reconstructRun(runs: string, runId: string): Promise<RunState | undefined> {
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
      message: 'Temporal no longer has this run, and it has no final record; showing what is on disk',
      remedy: `${errors.TERMINATED.remedy} \`npx temper resume ${runId}\`.`,
    },
  };
}

/** Start and end as the files tell: the birth of the folder, the last finished step. */
async function times(folder: string, outcomes: Awaited<ReturnType<typeof readStepOutcomes>>) {
  const { birthtimeMs } = await stat(folder);
  const ends = Object.values(outcomes).map(({ finishedAt }) => Date.parse(finishedAt));
  return { startedAt: birthtimeMs, endedAt: Math.max(birthtimeMs, ...ends.filter(Number.isFinite)) };
}
