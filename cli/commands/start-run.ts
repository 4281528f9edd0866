import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import color from 'picocolors';
import { workflowIdOf } from '../../core/run/run-id.ts';
import { type RunInput, type RunPipeline, runPipelineType } from '../../protocol/run-input.ts';
import { queues } from '../../services/machine/home.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { heartbeatTimeout } from '../../services/temporal/heartbeat-timeout.ts';
import { searchAttributesOf } from '../../services/temporal/search-attributes.ts';
import { checkQuestions } from '../runs/check-questions.ts';
import { newRunId } from '../runs/known-runs.ts';
import { loadPlan } from '../runs/load-plan.ts';
import { openSession, runLink, type Session } from '../runs/session.ts';
import { watchRun } from './watch.ts';

export async function run(
  file: string,
  options: { input: string[]; detach?: boolean; reuse: boolean },
): Promise<number> {
  const { plan, planned } = await loadPlan(file, options.input);
  await checkQuestions(plan, planned, file);
  return await startAndWatch({ plan, reuse: options.reuse }, options);
}

/** Starts a new run and, unless it is to go on by itself, watches it to its end. Answers the exit code. */
export async function startAndWatch(
  input: Pick<RunInput, 'plan' | 'reuse' | 'rerun'>,
  options: { detach?: boolean },
): Promise<number> {
  const session = await openSession({ start: true });
  try {
    const runId = newRunId(input.plan.pipeline);
    await announceRun(session, { runId, ...input, queues: queuesOf(session), ...heartbeatOf() });
    process.stdout.write(`${color.bold(runId)}\n`);
    const link = runLink(session, runId);
    if (link) process.stdout.write(`${color.dim(link)}\n`);
    if (options.detach) {
      process.stdout.write(`It goes on by itself. Watch it with \`npx temper watch ${runId}\`.\n`);
      return 0;
    }
    return await watchRun(session, runId);
  } finally {
    await session.close();
  }
}

/** A run that a person starts has its id from the start. */
export type NamedRun = RunInput & { runId: string };

/** The folder is how this home knows its runs: made before the start, so that `cancel @latest` never means another one. */
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

/** What `TEMPER_HEARTBEAT_TIMEOUT` says, where it is set. */
export const heartbeatOf = (): Pick<RunInput, 'heartbeat'> => {
  const heartbeat = heartbeatTimeout();
  return heartbeat === undefined ? {} : { heartbeat };
};

export async function startRun(session: Session, input: NamedRun): Promise<void> {
  await session.client.workflow.start<RunPipeline>(runPipelineType, {
    workflowId: workflowIdOf(input.runId),
    taskQueue: queues(session.home).orchestrator,
    args: [input],
    staticSummary: `${input.plan.pipeline}: ${input.plan.steps.length} steps`,
    staticDetails: ['```yaml', input.plan.document.text.trimEnd().slice(0, 15_000), '```'].join('\n'),
    typedSearchAttributes: searchAttributesOf(input.plan),
    workflowIdConflictPolicy: 'FAIL',
  });
}
