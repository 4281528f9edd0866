import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { isActivityKind, stepKinds } from '../../core/kinds/registry.ts';
import type { Activities, StepInput, StepResult } from '../../protocol/activities.ts';

/** One running step, held open by the test until it lets it end. */
export interface HeldStep {
  input: StepInput;
  attempt: number;
  succeed: (result?: Partial<StepResult>) => void;
  fail: (error: Error) => void;
  /** Resolves when the step was asked to stop. */
  cancelled: Promise<void>;
}

/** Activities under the control of a test: each step starts for real, in a real worker, and waits to be told how it ends. */
export class HeldSteps {
  readonly #arrived: HeldStep[] = [];
  readonly #waiting: { step: string; resolve: (held: HeldStep) => void }[] = [];
  readonly started: string[] = [];
  readonly records: unknown[] = [];

  /** The next start of a step, now or later. */
  async next(step: string): Promise<HeldStep> {
    const index = this.#arrived.findIndex((held) => held.input.step === step);
    if (index >= 0) return this.#arrived.splice(index, 1)[0]!;
    return await new Promise((resolve) => this.#waiting.push({ step, resolve }));
  }

  async #run(input: StepInput): Promise<StepResult> {
    const context = Context.current();
    const timer = setInterval(() => context.heartbeat(), 200);
    try {
      return await new Promise<StepResult>((resolve, reject) => {
        const held: HeldStep = {
          input,
          attempt: context.info.attempt,
          succeed: (result = {}) => resolve({ outputs: {}, summary: 'done', artifacts: [], key: '', ...result }),
          fail: reject,
          cancelled: new Promise((stopped) => {
            context.cancellationSignal.addEventListener('abort', () => {
              stopped();
              reject(new CancelledFailure('stopped'));
            });
          }),
        };
        this.started.push(input.step);
        const index = this.#waiting.findIndex(({ step }) => step === input.step);
        if (index >= 0) this.#waiting.splice(index, 1)[0]!.resolve(held);
        else this.#arrived.push(held);
      });
    } finally {
      clearInterval(timer);
    }
  }

  /** Everything the workflow calls; `over` replaces single activities. */
  activities(over: Partial<Activities> = {}): Activities {
    const steps = Object.fromEntries(
      stepKinds.filter(isActivityKind).map((kind) => [kind, (input: StepInput) => this.#run(input)]),
    );
    return {
      ...steps,
      pin: async () => ({ pins: { files: {}, bases: {}, models: {} }, reused: {} }),
      reuse: async () => null,
      publishCheckpoint: async () => null,
      prune: async () => ({ artifacts: 0, bytes: 0 }),
      record: async (state: unknown) => {
        this.records.push(state);
      },
      pauseSchedule: async () => false,
      notify: async () => {},
      ...over,
    } as Activities;
  }
}
