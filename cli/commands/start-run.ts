import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import color from 'picocolors';
import { workflowIdOf } from '../../core/run/run-id.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { RunInput, RunPipeline } from '../../protocol/run-input.ts';
import { queues } from '../../services/machine/home.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { heartbeatTimeout } from '../../services/temporal/heartbeat-timeout.ts';
import { runTexts } from '../../services/temporal/run-texts.ts';
import { knownSearchAttributes, searchAttributesOf } from '../../services/temporal/search-attributes.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { newRunId } from '../runs/known-runs.ts';
import { loadPlan } from '../runs/load-plan.ts';
import { openSession, runLink, type Session } from '../runs/session.ts';
import { printRun, watchRun } from './watch.ts';

/** Runs a document and watches it. */
export async function run(
  file: string,
  options: { input: string[]; detach?: boolean; reuse: boolean; pull?: boolean; json?: boolean; isOwn?: boolean },
): Promise<number> {
  const { plan, planned } = await loadPlan(file, options.input);
  await checkBeforeRun(plan, planned, { file, starts: true, isOwn: options.isOwn ?? false });
  if (options.pull) {
    const { pullModels } = await import('../runs/pull-models.ts');
    await pullModels(plan);
  }
  return await startAndWatch({ plan, reuse: options.reuse }, options);
}

/** Starts a new run and watches it to its end, unless it is detached. Returns the exit code. */
export async function startAndWatch(
  input: Pick<RunInput, 'plan' | 'reuse' | 'rerun'>,
  options: { detach?: boolean; json?: boolean },
): Promise<number> {
  const session = await openSession({ start: true });
  try {
    const runId = newRunId(input.plan.pipeline);
    await announceRun(session, { runId, ...input, queues: queuesOf(session), ...heartbeatOf() });
    if (options.json) {
      if (!options.detach) return await watchRun(session, runId, options);
      printRun(session, runId, 'running');
      return 0;
    }
    process.stdout.write(`${color.bold(runId)}\n`);
    const link = runLink(session, runId);
    if (link) process.stdout.write(`${color.dim(link)}\n`);
    if (options.detach) {
      process.stdout.write(`Running in the background\nhint: watch it with \`npx temper watch ${runId}\`\n`);
      return 0;
    }
    return await watchRun(session, runId);
  } finally {
    await session.close();
  }
}

/** The input of a run that a person starts: its id is known before it runs. */
export type NamedRun = RunInput & { runId: string };

/** Makes the run's folder before the start, so that `cancel @latest` never means an older run. */
async function announceRun(session: Session, input: NamedRun): Promise<void> {
  const folder = join(session.home.runs, input.runId);
  await writeDurably(join(folder, 'plan.json'), `${JSON.stringify(input.plan, null, 1)}\n`);
  await startRun(session, input).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
}

export const queuesOf = (session: Session): RunInput['queues'] => {
  const { orchestrator: _, ...own } = queues(session.home);
  return own;
};

/** The value of `TEMPER_HEARTBEAT_TIMEOUT`, if set. */
export const heartbeatOf = (): Pick<RunInput, 'heartbeat'> => {
  const heartbeat = heartbeatTimeout();
  return heartbeat === undefined ? {} : { heartbeat };
};

export async function startRun(session: Session, input: NamedRun): Promise<void> {
  const searched = { ...input, searchable: await knownSearchAttributes(session.client, session.namespace) };
  await session.client.workflow.start<RunPipeline>(runPipelineType, {
    workflowId: workflowIdOf(input.runId),
    taskQueue: queues(session.home).orchestrator,
    args: [searched],
    ...runTexts(input.plan, input.runId),
    typedSearchAttributes: searchAttributesOf(searched),
    workflowIdConflictPolicy: 'FAIL',
  });
}
