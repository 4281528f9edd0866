import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { errors } from '../../core/errors/catalogue.ts';
import { type StepInstance, stepOf } from '../../core/run/expand-matrix.ts';
import { childRunId } from '../../core/run/run-id.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { unchangedSince } from '../../core/run/unchanged.ts';
import type { Pins, StepResult } from '../../protocol/activities.ts';
import type { Continuation, RunInput } from '../../protocol/run-input.ts';
import { pauseSignal, resumeSignal } from '../messages.ts';
import type { runPipeline } from '../run-pipeline.ts';

type Child = ChildWorkflowHandle<typeof runPipeline>;

/** Pipelines that run as steps: each is a run of its own, with the id `<run>.<step>` and a folder of that name. */
export class ChildPipelines {
  readonly #runId: string;
  readonly #input: RunInput;
  readonly #open = new Map<string, Child>();
  /** From what each goes on when it is started once more. */
  readonly #continuations: Record<string, Continuation>;

  constructor(runId: string, input: RunInput) {
    this.#runId = runId;
    this.#input = input;
    this.#continuations = { ...input.resume?.children };
  }

  /** What a run that goes on later needs to know of its pipelines. */
  get continuations(): Readonly<Record<string, Continuation>> {
    return this.#continuations;
  }

  idOf(step: string): string {
    return childRunId(this.#runId, step);
  }

  /** Ends as the pipeline ends; a failed one fails with what failed in it. `replaces`: digest of an artifact that is to be made again. */
  async carryOut(
    step: StepInstance,
    entry: StepState,
    pins: Pins,
    { reuse, replaces }: { reuse: boolean; replaces?: string | undefined },
  ): Promise<StepResult> {
    const runId = this.idOf(step.id);
    const { on_waiting: _own, ...inner } = step.plan!;
    const { on_waiting } = this.#input.plan;
    // Whoever looks after the whole run is told of what waits within it.
    const plan = { ...inner, ...(on_waiting ? { on_waiting } : {}) };
    const { queues, heartbeat, acceptVersions } = this.#input;
    const resume = { succeeded: {}, ...this.#continuations[step.id], pins };
    const input: RunInput = {
      runId,
      plan,
      queues,
      reuse,
      ...(heartbeat === undefined ? {} : { heartbeat }),
      ...(acceptVersions ? { acceptVersions } : {}),
      ...(replaces === undefined ? {} : { replaces }),
      resume,
    };
    entry.run = runId;
    try {
      const child = await startChild<typeof runPipeline>('runPipeline', {
        workflowId: runId,
        args: [input],
        // Closed only when its trainings have saved; ended from outside together with the run it belongs to.
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        staticSummary: `${step.id}: ${plan.pipeline}, ${plan.steps.length} steps`,
        staticDetails: ['```yaml', plan.document.text.trimEnd().slice(0, 15_000), '```'].join('\n'),
      });
      this.#open.set(step.id, child);
      const ended = await child.result();
      this.#remember(step.id, ended, pins);
      const acts = new Set(plan.steps.flatMap((each) => (each.acts_each_time ? [each.id] : [])));
      const since = unchangedSince(ended, (id) => acts.has(stepOf(id)));
      const reusedFrom = since === undefined ? {} : { reusedFrom: since };
      return { outputs: ended.outputs ?? {}, summary: summaryOf(ended), artifacts: [], key: '', ...reusedFrom };
    } catch (error) {
      throw this.#told(step.id, error, pins);
    } finally {
      this.#open.delete(step.id);
    }
  }

  async pause(): Promise<void> {
    await this.#tell((child) => child.signal(pauseSignal));
  }

  async goOn(): Promise<void> {
    await this.#tell((child) => child.signal(resumeSignal));
  }

  /** One that closes at this moment needs no signal any more. */
  async #tell(signal: (child: Child) => Promise<void>): Promise<void> {
    await Promise.all([...this.#open.values()].map((child) => signal(child).catch(() => {})));
  }

  #remember(step: string, { steps }: RunState, pins: Pins, children: Continuation['children'] = {}): void {
    const done = Object.entries(steps).filter(([, { state }]) => state === 'succeeded' || state === 'reused');
    this.#continuations[step] = { pins, succeeded: Object.fromEntries(done), children };
  }

  /** Only a run that is cancelled has cancelled steps; a pipeline that somebody cancels by itself has failed. */
  #told(step: string, error: unknown, pins: Pins): unknown {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) return error;
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    const run = this.idOf(step);
    if (cause instanceof ApplicationFailure && cause.type === 'RUN_FAILED') {
      const [state, children] = cause.details as [RunState, Continuation['children']?];
      this.#remember(step, state, pins, children);
      const failures = Object.values(state.steps).flatMap(({ failure }) => failure ?? []);
      // What a person has rejected stays rejected: the run that waits for mending does not wait for that.
      const isRejected = failures.length > 0 && failures.every(({ code }) => code === 'REJECTED');
      const remedy = failures[0]?.remedy ?? state.failure?.remedy;
      return failed(`${run} failed: ${cause.message}`, remedy, isRejected ? 'REJECTED' : 'PIPELINE_FAILED');
    }
    if (isCancellation(error)) return failed(`${run} was cancelled by itself`);
    return failed(`${run} ended: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const failed = (
  message: string,
  remedy: string = errors.PIPELINE_FAILED.remedy,
  type: 'PIPELINE_FAILED' | 'REJECTED' = 'PIPELINE_FAILED',
) => ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ remedy }] });

function summaryOf({ steps, pipeline }: RunState): string {
  const states = Object.values(steps).map(({ state }) => state);
  const count = (state: string) => states.filter((each) => each === state).length;
  const parts = [
    `${pipeline}: ${states.length} ${states.length === 1 ? 'step' : 'steps'}`,
    ...(count('reused') > 0 ? [`${count('reused')} reused`] : []),
    ...(count('skipped') > 0 ? [`${count('skipped')} skipped`] : []),
  ];
  return parts.join(', ');
}
