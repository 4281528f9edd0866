import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Tracked, trackedIn } from '../../../core/kinds/options/tracking.ts';
import { type Tracking as Told, trackingOf } from '../../../core/run/attempts.ts';
import { trackerTitle, trackingWords } from '../../../core/words/tracking.ts';
import type { TrainerEvent } from '../../../protocol/trainer/events.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import { credentialsOf } from './credentials.ts';
import { trackJob } from './tracked-run.ts';

/** How long an ended training waits for its last points to arrive, and one that was stopped, whose next attempt sends them. */
const graceMs = { ended: 60_000, stopped: 3_000 };

/**
 * The processes that send the metrics of a training to trackers. They read its log, so the figures are those that temper
 * shows, and nothing that they do or fail to do reaches the training.
 */
export class Tracking {
  readonly #context: StepContext<'train'>;
  readonly #stop = new AbortController();
  readonly #stopped = new Promise((resolve) => this.#stop.signal.addEventListener('abort', resolve));
  readonly #kill = new AbortController();
  readonly #working: Promise<unknown>;

  constructor(context: StepContext<'train'>) {
    this.#context = context;
    this.#working = Promise.all(trackedIn(context.options.track).map((tracked) => this.#follow(tracked)));
  }

  /** To be called after the last line of the log. Returns what the step's summary says of it. */
  async end(): Promise<string> {
    this.#stop.abort();
    const waited = new AbortController();
    const grace = this.#context.signal.aborted ? graceMs.stopped : graceMs.ended;
    const late = sleep(grace, undefined, { signal: waited.signal }).then(
      () => this.#kill.abort(),
      () => {},
    );
    await Promise.race([this.#working, late]);
    waited.abort();
    await this.#working;
    const lacking = trackingOf(this.#context.ledger.lines).filter(({ why }) => why !== undefined);
    return lacking.map(({ to }) => `; ${trackerTitle(to)} has not the whole curve`).join('');
  }

  /** Never throws. */
  async #follow(tracked: Tracked): Promise<void> {
    const { deps, folder } = this.#context;
    const own = join(folder, 'track', tracked.to);
    let isWhole = false;
    let isKnownToLack = false;
    let told: Promise<void> = Promise.resolve();
    const tell = (each: Told) => {
      told = told.then(() => this.#tell(each)).catch(() => {});
    };
    // A stop before its first event would end the process, and a short training would have no curve.
    const asked = new AbortController();
    const onEvent = (event: TrainerEvent) => {
      if (event.event === 'loading') void this.#stopped.then(() => asked.abort());
      if (event.event === 'tracked' || event.event === 'untracked') tell(event);
      if (event.event === 'tracked' || event.event === 'untracked') isKnownToLack = event.event === 'untracked';
      if (event.event === 'done') isWhole = true;
    };
    try {
      await mkdir(own, { recursive: true });
      const python = await deps.tracker(tracked.to, AbortSignal.any([this.#kill.signal, this.#context.signal]));
      const { env, secrets } = await credentialsOf(tracked.to, deps.secrets);
      const process = { deps: { ...deps, python }, folder: own, logFile: join(own, 'log.txt'), signal: asked.signal };
      const how = { onEvent, env, secrets, graceMs: graceMs.ended, stalled: this.#kill.signal };
      await runTrainer(process, 'track', trackJob(this.#context, tracked), how);
    } catch (error) {
      // A stopped process ends with the reason of the stop, whatever it has done before.
      if (!isWhole && !isKnownToLack) tell({ to: tracked.to, why: this.#whyLate(error) });
    }
    await told;
  }

  #whyLate(error: unknown): string {
    if (this.#context.signal.aborted) return 'the training was stopped; its next attempt sends the last points';
    if (this.#kill.signal.aborted || (error as Error).name === 'AbortError')
      return `its last points did not arrive within ${graceMs.ended / 1_000} s`;
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }

  async #tell(told: Told): Promise<void> {
    const { log, ledger, attempt } = this.#context;
    await log(trackingWords(told));
    const line = { attempt, at: new Date().toISOString(), to: told.to };
    await ledger.write(
      told.why === undefined
        ? { event: 'tracked', ...line, where: told.where ?? '' }
        : { event: 'untracked', ...line, why: told.why },
    );
  }
}
