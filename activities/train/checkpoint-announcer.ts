import { Context } from '@temporalio/activity';
import type { SavedCheckpoint } from '../../protocol/activities.ts';
import type { Signals } from '../../protocol/message-schemas.ts';
import { checkpointSavedSignal } from '../../protocol/messages.ts';
import type { StepContext } from '../engine/step-context.ts';

/** Each announcement adds about ten events to the history, and a week of training must stay far from the limit of events. */
const announceEveryMs = 10 * 60_000;

/** Signals saved checkpoints to the workflow: at most one in ten minutes, and the last one. */
export class CheckpointAnnouncer {
  readonly #context: StepContext<'train'>;
  readonly #keep: number;
  readonly #temporal = Context.current();
  #newest: { checkpoint: number; path: string } | undefined;
  #best: { checkpoint: number; path: string } | undefined;
  #announced = 0;
  #announcedAt = Date.now();

  constructor(context: StepContext<'train'>, keep: number) {
    this.#context = context;
    this.#keep = keep;
  }

  noteSaved(checkpoint: number, path: string, isBest: boolean): void {
    this.#newest = { checkpoint, path };
    if (isBest) this.#best = this.#newest;
    if (Date.now() - this.#announcedAt >= announceEveryMs) void this.announceNewest();
  }

  async announceNewest(): Promise<void> {
    const newest = this.#newest;
    const workflow = this.#temporal.info.workflowExecution;
    if (!newest || newest.checkpoint === this.#announced || !workflow) return;
    this.#announced = newest.checkpoint;
    this.#announcedAt = Date.now();
    const { runId, step } = this.#context.input;
    const best = this.#best && this.#best !== newest ? { best: this.#best } : {};
    const queue = this.#context.deps.queues.host;
    const saved: SavedCheckpoint = { runId, step, ...newest, ...best, keep: this.#keep, queue };
    try {
      await this.#temporal.client.workflow
        .getHandle(workflow.workflowId, workflow.runId)
        .signal<Signals['checkpointSaved']>(checkpointSavedSignal, saved);
    } catch (error) {
      await this.#context.log(
        `could not signal checkpoint ${newest.checkpoint} to the workflow: ${(error as Error).message}`,
      );
    }
  }
}
