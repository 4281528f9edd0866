import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instancesOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { childRunId, rootRunId } from '../../core/run/run-id.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { Pins } from '../../protocol/activities.ts';
import { resumeSignal } from '../../protocol/messages.ts';
import type { Continuation, RunInput } from '../../protocol/run-input.ts';
import { digestsOf } from '../../services/runs/step-outcome.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { lookUp } from '../runs/look-up.ts';
import { resolveQuietly } from '../runs/resolve-run.ts';
import { openSession, runLink, type Session, workflowOf } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { waitingLines } from '../view/steps-shown.ts';
import { heartbeatOf, type NamedRun, queuesOf, startRun } from './start-run.ts';
import { printRun, watchRun } from './watch.ts';

/** Continues a paused run, or a closed one under its id: with its stored plan and pins, its finished steps and its last checkpoint. */
export async function resume(
  text: string,
  options: { detach?: boolean; acceptVersions?: boolean; json?: boolean },
): Promise<number> {
  // Before the services: an unknown run starts none.
  const runId = await resolveQuietly(text);
  const session = await openSession({ start: true });
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    if (seen && !seen.closed) {
      const isPaused = seen.state?.status === 'paused';
      // Without a worker it is unknown whether the run is paused. The signal does not harm a run that is not.
      if (isPaused || !seen.state) await workflowOf(session.client, runId).signal(resumeSignal);
      const say = (text: string) => options.json || process.stdout.write(text);
      say(`${runId} ${isPaused ? 'continues' : 'is running already'}\n`);
      const waiting = seen.state ? waitingLines(seen.state, seen) : [];
      if (!isPaused && waiting.length > 0) {
        // Watching would show nothing but the wait.
        const lines = [...waiting, '', '`resume` is for paused and closed runs; this one waits for an answer'];
        say(`${lines.join('\n')}\n`);
        if (options.json) printRun(session, runId, 'running');
        return 1;
      }
      return await watchUnlessDetached(session, runId, options);
    }
    if (state?.status === 'succeeded')
      throw new UserError(`${runId} has succeeded; there is nothing to resume`, { exitCode: 1 });
    const root = rootRunId(runId);
    if (root !== runId)
      throw new UserError(`${runId} is a step of ${root} and cannot be resumed alone`, {
        hint: `resume the run it belongs to, which keeps its finished steps: \`npx temper resume ${root}\``,
        exitCode: 1,
      });
    const input = await resumedInput(session, runId, state);
    await startRun(session, options.acceptVersions ? { ...input, acceptVersions: true } : input);
    const link = runLink(session, runId);
    if (!options.json) process.stdout.write(`${runId} continues\n${link ? `${link}\n` : ''}`);
    return await watchUnlessDetached(session, runId, options);
  } finally {
    await session.close();
  }
}

async function watchUnlessDetached(
  session: Session,
  runId: string,
  { detach, json }: { detach?: boolean; json?: boolean },
): Promise<number> {
  if (!detach) return await watchRun(session, runId, { json });
  if (json) printRun(session, runId, 'running');
  return 0;
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
