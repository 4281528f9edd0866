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
import { hasSucceeded, type RunState } from '../../core/run/run-state.ts';
import { unchangedSince } from '../../core/run/unchanged.ts';
import type { Pins, StepResult } from '../../protocol/activities.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { Continuation, RunInput, RunPipeline } from '../../protocol/run-input.ts';
import { pauseSignal, resumeSignal } from '../messages.ts';

type Child = ChildWorkflowHandle<RunPipeline>;

/** Temporal shows the document of a child with its workflow. */
const maxDocumentShown = 15_000;

/** Pipelines that run as steps: each is a run of its own, with the id `<run>.<step>` and a folder of that name. */
export class ChildPipelines {
  readonly #runId: string;
  readonly #input: RunInput;
  readonly #open = new Map<string, Child>();
  /** Where each continues when it is started once more. */
  readonly #continuations: Record<string, Continuation>;

  constructor(runId: string, input: RunInput) {
    this.#runId = runId;
    this.#input = input;
    this.#continuations = { ...input.resume?.children };
  }

  /** What a later execution, or a run that is resumed, needs to know of the pipelines. */
  get continuations(): Readonly<Record<string, Continuation>> {
    return this.#continuations;
  }

  runIdOf(step: string): string {
    return childRunId(this.#runId, step);
  }

  /** Ends as the pipeline ends; a failed one fails with what failed in it. `replaces`: digest of an artifact that it must publish again. */
  async runChildPipeline(
    step: StepInstance,
    pins: Pins,
    { reuse, replaces }: { reuse: boolean; replaces: string | undefined },
  ): Promise<StepResult> {
    try {
      const child = await this.#start(step, this.#inputOf(step, { pins, reuse, replaces }));
      this.#open.set(step.id, child);
      const ended = await child.result();
      this.#remember(step.id, ended, pins);
      const acts = new Set(step.plan!.steps.flatMap((each) => (each.acts_each_time ? [each.id] : [])));
      const since = unchangedSince(ended, (id) => acts.has(stepOf(id)));
      const reusedFrom = since === undefined ? {} : { reusedFrom: since };
      return { outputs: ended.outputs ?? {}, summary: summaryOf(ended), artifacts: [], key: '', ...reusedFrom };
    } catch (error) {
      throw this.#failureOf(step.id, error, pins);
    } finally {
      this.#open.delete(step.id);
    }
  }

  async pause(): Promise<void> {
    await this.#signalAll((child) => child.signal(pauseSignal));
  }

  async resume(): Promise<void> {
    await this.#signalAll((child) => child.signal(resumeSignal));
  }

  /** A child that closes at this moment needs no signal any more. */
  async #signalAll(signal: (child: Child) => Promise<void>): Promise<void> {
    await Promise.all([...this.#open.values()].map((child) => signal(child).catch(() => {})));
  }

  #inputOf(step: StepInstance, own: { pins: Pins; reuse: boolean; replaces: string | undefined }): RunInput {
    const { on_waiting: _own, ...inner } = step.plan!;
    const { queues, heartbeat, acceptVersions, plan } = this.#input;
    return {
      runId: this.runIdOf(step.id),
      // Notifications of the whole run also tell what waits within it.
      plan: { ...inner, ...(plan.on_waiting ? { on_waiting: plan.on_waiting } : {}) },
      queues,
      reuse: own.reuse,
      ...(heartbeat === undefined ? {} : { heartbeat }),
      ...(acceptVersions ? { acceptVersions } : {}),
      ...(own.replaces === undefined ? {} : { replaces: own.replaces }),
      resume: { succeeded: {}, ...this.#continuations[step.id], pins: own.pins },
    };
  }

  async #start(step: StepInstance, input: RunInput): Promise<Child> {
    const { pipeline, steps, document } = input.plan;
    return await startChild<RunPipeline>(runPipelineType, {
      workflowId: this.runIdOf(step.id),
      args: [input],
      // It closes only when its trainings have saved; from outside it is ended together with the run that it is a step of.
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      staticSummary: `${step.id}: ${pipeline}, ${steps.length} steps`,
      staticDetails: ['```yaml', document.text.trimEnd().slice(0, maxDocumentShown), '```'].join('\n'),
    });
  }

  #remember(step: string, { steps }: RunState, pins: Pins, children: Continuation['children'] = {}): void {
    const succeeded = Object.fromEntries(Object.entries(steps).filter(([, each]) => hasSucceeded(each)));
    this.#continuations[step] = { pins, succeeded, children };
  }

  /** Only a run that is cancelled has cancelled steps; a child that was cancelled alone has failed. */
  #failureOf(step: string, error: unknown, pins: Pins): unknown {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) return error;
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    const run = this.runIdOf(step);
    if (cause instanceof ApplicationFailure && cause.type === 'RUN_FAILED') {
      const [state, children] = cause.details as [RunState, Continuation['children']?];
      this.#remember(step, state, pins, children);
      const failures = Object.values(state.steps).flatMap(({ failure }) => failure ?? []);
      // A rejection stands: a run that waits for `retry` after a failure does not wait after a rejection.
      const isRejected = failures.length > 0 && failures.every(({ code }) => code === 'REJECTED');
      const remedy = failures[0]?.remedy ?? state.failure?.remedy;
      return failed(`${run} failed: ${cause.message}`, remedy, isRejected ? 'REJECTED' : 'PIPELINE_FAILED');
    }
    if (isCancellation(error)) return failed(`${run} was cancelled on its own`);
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
