import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instancesOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { childRunId, rootRunId } from '../../core/run/run-id.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { Pins } from '../../protocol/activities.ts';
import { resumeSignal } from '../../protocol/messages.ts';
import type { Continuation, RunInput } from '../../protocol/run-input.ts';
import { openHome } from '../../services/machine/home.ts';
import { digestsOf } from '../../services/runs/step-outcome.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { resolveRun } from '../runs/known-runs.ts';
import { lookUp } from '../runs/look-up.ts';
import { openSession, runLink, type Session, workflowOf } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { waitingLines } from '../view/steps-shown.ts';
import { heartbeatOf, type NamedRun, queuesOf, startRun } from './start-run.ts';
import { watchRun } from './watch.ts';

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
      if (isPaused || !seen.state) await workflowOf(session.client, runId).signal(resumeSignal);
      process.stdout.write(`${runId} ${isPaused ? 'goes on' : 'is running already'}.\n`);
      const waiting = seen.state ? waitingLines(seen.state, seen) : [];
      if (!isPaused && waiting.length > 0) {
        // Watching would show only that it waits.
        const lines = [
          ...waiting,
          '',
          '`resume` is for paused and closed runs; this one is open, and waits for the word above.',
        ];
        process.stdout.write(`${lines.join('\n')}\n`);
        return 1;
      }
      return options.detach ? 0 : await watchRun(session, runId);
    }
    if (state?.status === 'succeeded') throw new UserError(`${runId} has succeeded; there is nothing to resume`, 1);
    if (rootRunId(runId) !== runId)
      throw new UserError(
        `${runId} is a step of ${rootRunId(runId)}: resume the whole, which goes on from what had succeeded`,
        1,
      );
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
  return {
    runId,
    plan,
    queues: queuesOf(session),
    reuse: began?.reuse ?? true,
    ...(began?.rerun ? { rerun: began.rerun } : {}),
    ...heartbeatOf(),
    // Without pins the run never came as far as reading its inputs, so it begins anew.
    ...(pins ? { resume: await whatHadSucceeded(session, plan, pins, { runId, state }) } : {}),
  };
}

/** Of a run, and of the pipelines that ran as steps of it and had not ended well. */
async function whatHadSucceeded(
  session: Session,
  plan: Plan,
  pins: Pins,
  { runId, state }: { runId: string; state: RunState | undefined },
): Promise<Continuation> {
  const succeeded = await stillThere(new ArtifactStore(session.home.store), plan, state?.steps ?? {});
  const children: Record<string, Continuation> = {};
  for (const step of plan.steps) {
    if (!step.plan || succeeded[step.id]) continue;
    const child = childRunId(runId, step.id);
    const { state: inner } = await lookUp(session.home.runs, session, child);
    if (inner) children[step.id] = await whatHadSucceeded(session, step.plan, pins, { runId: child, state: inner });
  }
  return { pins, succeeded, ...(Object.keys(children).length > 0 ? { children } : {}) };
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
  // A step of the document is whole when all its instances are, so that one variant that failed does not repeat the others.
  const whole = new Set<string>();
  for (const step of plan.steps) {
    const instances = instancesOf(step);
    if (step.needs.every((need) => whole.has(need)))
      for (const { id } of instances) if (await isWhole(store, steps[id])) kept[id] = steps[id]!;
    const isKept = ({ id }: { id: string }) => kept[id] !== undefined;
    // A variant whose condition did not hold is none that is missing.
    if (instances.some(isKept) && instances.every((each) => isKept(each) || steps[each.id]?.state === 'skipped'))
      whole.add(step.id);
  }
  return kept;
}

async function isWhole(store: ArtifactStore, step: StepState | undefined): Promise<boolean> {
  if ((step?.state !== 'succeeded' && step?.state !== 'reused') || step.outputsLeftOut) return false;
  const digests = digestsOf({ outputs: step.outputs ?? {} });
  // A clean-up that runs just now leaves alone what this run is about to rely on.
  await Promise.all(digests.map((digest) => store.want({ digest })));
  const found = await Promise.all(digests.map((digest) => store.condition({ digest }, { verify: true })));
  return !found.includes('broken');
}
