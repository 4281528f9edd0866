import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instancesOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { childRunId, rootRunId } from '../../core/run/run-id.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Continuation, RunInput } from '../../protocol/run-input.ts';
import { digestsOf } from '../../services/runs/step-outcome.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { lookUp } from '../runs/look-up.ts';
import type { Session } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { heartbeatOf, type NamedRun, queuesOf, startRun } from './start-run.ts';

interface Closed {
  runId: string;
  state: RunState | undefined;
}

/** Continues a closed run under its id. Throws UserError, and starts nothing, where there is nothing to continue. */
export async function continueRun(
  session: Session,
  { runId, state }: Closed,
  { acceptVersions }: { acceptVersions?: boolean },
): Promise<void> {
  if (state?.status === 'succeeded')
    throw new UserError(`${runId} has succeeded; there is nothing to resume`, { exitCode: 1 });
  const root = rootRunId(runId);
  if (root !== runId)
    throw new UserError(`${runId} is a step of ${root} and cannot be resumed alone`, {
      hint: `resume the run it belongs to, which keeps its finished steps: \`npx temper resume ${root}\``,
      exitCode: 1,
    });
  const input = await resumedInput(session, runId, state);
  await startRun(session, acceptVersions ? { ...input, acceptVersions: true } : input);
}

async function resumedInput(session: Session, runId: string, state: RunState | undefined): Promise<NamedRun> {
  const folder = join(session.home.runs, runId);
  const read = async <T>(name: string): Promise<T | undefined> =>
    await readFile(join(folder, name), 'utf8').then(
      (text) => JSON.parse(text) as T,
      () => undefined,
    );
  const plan = await read<RunInput['plan']>('plan.json');
  if (!plan)
    throw new UserError(`${folder}/plan.json is missing, so ${runId} cannot be resumed`, {
      hint: 'start a new run with `npx temper run FILE`',
      exitCode: 1,
    });
  const pins = await read<Pins>('pins.json');
  const started = await read<Pick<RunInput, 'reuse' | 'rerun'>>('input.json');
  return {
    runId,
    plan,
    queues: queuesOf(session),
    reuse: started?.reuse ?? true,
    ...(started?.rerun ? { rerun: started.rerun } : {}),
    ...heartbeatOf(),
    // A run without pins has not read its inputs yet, so it starts again.
    ...(pins ? { resume: await continuationOf(session, plan, pins, { runId, state }) } : {}),
  };
}

/** The finished steps of a run, and of each unfinished pipeline that ran as a step of it. */
async function continuationOf(
  session: Session,
  plan: Plan,
  pins: Pins,
  { runId, state }: { runId: string; state: RunState | undefined },
): Promise<Continuation> {
  const succeeded = await reusableSteps(new ArtifactStore(session.home.store), plan, state?.steps ?? {});
  const children: Record<string, Continuation> = {};
  for (const step of plan.steps) {
    if (!step.plan || succeeded[step.id]) continue;
    const child = childRunId(runId, step.id);
    const { state: inner } = await lookUp(session.home.runs, session, child);
    if (inner) children[step.id] = await continuationOf(session, step.plan, pins, { runId: child, state: inner });
  }
  return { pins, succeeded, ...(Object.keys(children).length > 0 ? { children } : {}) };
}

/**
 * The finished steps whose artifacts are intact to the last byte, or were dropped on purpose. Every other step runs again,
 * with all steps that depend on it.
 */
async function reusableSteps(
  store: ArtifactStore,
  plan: RunInput['plan'],
  steps: RunState['steps'],
): Promise<Record<string, StepState>> {
  const kept: Record<string, StepState> = {};
  // One failed variant does not repeat the others; a step that depends on them needs them all.
  const whole = new Set<string>();
  for (const step of plan.steps) {
    const instances = instancesOf(step);
    if (step.needs.every((need) => whole.has(need)))
      for (const { id } of instances) if (await isWhole(store, steps[id])) kept[id] = steps[id]!;
    const isKept = ({ id }: { id: string }) => kept[id] !== undefined;
    // A variant that its condition skipped is not missing.
    if (instances.some(isKept) && instances.every((each) => isKept(each) || steps[each.id]?.state === 'skipped'))
      whole.add(step.id);
  }
  return kept;
}

async function isWhole(store: ArtifactStore, step: StepState | undefined): Promise<boolean> {
  if ((step?.state !== 'succeeded' && step?.state !== 'reused') || step.outputsLeftOut) return false;
  const digests = digestsOf({ outputs: step.outputs ?? {} });
  // Tells a concurrent `gc` to keep what this run is about to read.
  await Promise.all(digests.map((digest) => store.keepFromCleanup({ digest })));
  const found = await Promise.all(digests.map((digest) => store.condition({ digest }, { verify: true })));
  return !found.includes('broken');
}
