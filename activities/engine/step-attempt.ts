import { ApplicationFailure, Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { errors } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type ResolvedStep, resolveStep } from '../../core/kinds/options/resolve-options.ts';
import { type ActivityKind, keepsProgress } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import { type End, type LedgerLine, nextAttempt, openAttempt, workedIn } from '../../core/run/attempts.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { phaseWords } from '../../core/words/phases.ts';
import { reasonWords } from '../../core/words/reasons.ts';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { noteDeviceHolder } from '../../services/machine/device-holders.ts';
import { Ledger } from '../../services/runs/attempt-ledger.ts';
import { writeStepOutcome } from '../../services/runs/step-outcome.ts';
import type { KeyClaim } from '../../services/store/key-claims.ts';
import { writeStepRecord } from '../../services/store/reuse-index.ts';
import { type Deps, stepFolder } from './deps.ts';
import { depsOfRun } from './environment.ts';
import { keepBeating } from './heartbeat.ts';
import { claimKey } from './reuse/equal-step.ts';
import { findReusable, noteReused } from './reuse/find-reusable.ts';
import { stepKey } from './reuse/key.ts';
import type { Found, Keyed } from './reuse/keyed.ts';
import { afterwards, noteLatest, whyItRuns } from './reuse/why-it-runs.ts';
import type { StepContext, StepDone } from './step-context.ts';
import { applicationFailure, asTemperError, isSpent } from './step-failure.ts';
import { StepLog } from './step-log.ts';
import { StepProducts } from './step-products.ts';
import { stopReason } from './stop-reason.ts';
import { WorkLimit } from './work-limit.ts';

const now = () => new Date().toISOString();

/** One execution of a step's activity, from the first line of its ledger until its claim is released. `step` calls each method once. */
export class StepAttempt<K extends ActivityKind> {
  readonly #kind: K;
  /** With the worker's own Python environment; a run may have pinned another. */
  readonly #workerDeps: Deps;
  readonly #input: StepInput;
  readonly #context = Context.current();
  readonly #folder: string;
  readonly #execution: string;
  readonly #heart: ReturnType<typeof keepBeating>;
  readonly #log: StepLog;
  readonly #products: StepProducts;
  #ledger: Ledger | undefined;
  #limit: WorkLimit | undefined;
  #number = 0;
  #latest: Progress = { phase: { code: 'starting', facts: {} } };
  /** The most that a heartbeat told of. Bytes. */
  #memory = 0;
  #because: Reason | undefined;
  #claim: KeyClaim | undefined;
  /** Takes away the note that this step has the device. */
  #leaveDevice: (() => Promise<void>) | undefined;
  #hasBegun = false;
  /** Another attempt continues where this one ends. */
  #willContinue = false;

  constructor(kind: K, workerDeps: Deps, input: StepInput) {
    this.#kind = kind;
    this.#workerDeps = workerDeps;
    this.#input = input;
    this.#folder = stepFolder(workerDeps, input.runId, input.step);
    this.#log = new StepLog(this.#logFile);
    // At once, not only with the result: `gc` reads here which artifacts belong to an unfinished run.
    this.#products = new StepProducts(workerDeps.store, async (digest) => {
      await this.#ledger?.write({ event: 'published', attempt: this.#number, at: now(), digest });
    });
    const started = input.execution ?? this.#context.info.workflowExecution?.runId ?? '';
    // After a person said `retry`, failures are counted anew, as in a resumed run.
    this.#execution = `${started}${input.retried ? `~${input.retried}` : ''}`;
    this.#heart = keepBeating((): Progress => {
      const because = this.#because === undefined ? {} : { because: this.#because };
      return { ...this.#latest, text: phaseWords(this.#latest.phase), ...because };
    });
  }

  /** Returns the result of an equal step, or else of `body`. */
  async execute(body: (context: StepContext<K>) => Promise<StepDone<K>>): Promise<StepResult> {
    const input = this.#input;
    const deps = depsOfRun(this.#workerDeps, input);
    this.#ledger = await Ledger.open(this.#folder);
    this.#number = nextAttempt(this.#ledger.lines);
    const resolved = this.#resolve();
    const keyed = await stepKey(deps, resolved, input.pins);
    const { key, ingredients } = keyed;
    const found = await this.#findOrClaim(deps, keyed);
    if (counts(found, input)) {
      await noteReused(deps, input, found.hit, keyed);
      await this.#ledger.write(this.#end({ how: 'reused' }));
      return found.hit;
    }
    const explained = await whyItRuns(deps, input, keyed, found);
    const limit = await this.#begin(deps, this.#ledger, explained.reason);
    const { summary, ...done } = await body(this.#stepContext(deps, resolved, this.#ledger, limit));
    // Each kind declares its own outputs; all of them are handles and plain values.
    const outputs = done.outputs as Outputs;
    this.#because = afterwards(explained, keyed, outputs);
    const result = { outputs, summary, artifacts: this.#products.artifacts, key: key ?? '', because: this.#because };
    const { runId, step } = input;
    const made = { uses: this.#kind, ...result, finishedAt: now() };
    // In parallel, since each mostly waits for the disk. If a crash leaves one of them out, the attempt is repeated.
    await Promise.all([
      key && writeStepRecord(deps.store.root, { runId, step, ...made, ingredients }),
      writeStepOutcome(this.#folder, made),
      noteLatest(deps, input, result, ingredients),
    ]);
    await this.#ledger.write(this.#end({ how: 'succeeded' }));
    return result;
  }

  /** Records how the attempt failed. Returns the error to throw. */
  async fail(error: unknown): Promise<unknown> {
    // The step waits for an equal one of another run. It has not begun, so it has not failed.
    if (error instanceof ApplicationFailure && error.type === 'EQUAL_STEP_RUNNING') return error;
    const { cancellationSignal: asked, cancellationDetails } = this.#context;
    // A child process that is stopped fails in its own way; the request to stop is the cause.
    if (asked.aborted || error instanceof CancelledFailure) {
      const why = stopReason(cancellationDetails);
      this.#willContinue = why === 'shutdown' || why === 'left';
      // An attempt that has not begun has no number for the next one to continue.
      if (this.#hasBegun) await this.#note({ how: 'stopped', why });
      return asked.aborted ? asked.reason : error;
    }
    const failure = this.#limit?.signal.aborted ? this.#limit.failure(this.#input, this.#latest) : asTemperError(error);
    const { code, message } = failure;
    await this.#note({ how: 'failed', execution: this.#execution, code, message });
    await this.#log.write(`failed: ${message} [${code}]`);
    if (code === 'UNKNOWN' && error instanceof Error) await this.#log.write(String(error.stack));
    const lines = this.#ledger?.lines ?? [];
    const spent = isSpent(failure, { lines, execution: this.#execution, maxAttempts: this.#input.maxAttempts });
    this.#willContinue = !spent && errors[code].retry === 'yes';
    return applicationFailure(failure, spent);
  }

  async close(): Promise<void> {
    this.#heart.end();
    this.#limit?.end();
    // The claim stays if another attempt continues from what this one saved. A claim that cannot be removed ends with its process.
    const keepsClaim = this.#willContinue && keepsProgress(this.#kind, this.#input.with);
    await (keepsClaim ? this.#claim?.leave() : this.#claim?.release())?.catch(() => {});
    await this.#leaveDevice?.().catch(() => {});
    await this.#products.discard((error) => this.#log.write(error.message));
    await this.#log.close();
  }

  get #logFile(): string {
    return `${this.#folder}/log.txt`;
  }

  #resolve(): ResolvedStep<K> {
    const { step: id, with: filled } = this.#input;
    const { step, problem } = resolveStep(this.#kind, filled);
    if (step) return step;
    throw new TemperError('BAD_OPTIONS', `${id}.with.${problem.option}: ${problem.message}`);
  }

  /** Returns what can be reused. If nothing can, this attempt holds the claim on its key from now on. */
  async #findOrClaim(deps: Deps, keyed: Keyed): Promise<Found> {
    const input = this.#input;
    const find = async () => ((await mustRepeat(deps, input)) ? {} : await findReusable(deps, input, keyed));
    const found = await find();
    if (keyed.key === undefined || counts(found, input)) return found;
    this.#claim = await claimKey(deps, input, keyed.key, (phase) => this.#report({ phase }));
    // An equal step of another run may have ended in the meantime.
    return this.#claim ? await find() : found;
  }

  async #begin(deps: Deps, ledger: Ledger, because: Reason): Promise<WorkLimit> {
    this.#because = because;
    await recordLostAttempt(ledger, this.#context.info.heartbeatDetails as Progress | undefined);
    const { host } = deps;
    const line = { attempt: this.#number, at: now(), execution: this.#execution, pid: process.pid, host };
    await ledger.write({ event: 'started', ...line });
    this.#hasBegun = true;
    if (this.#context.info.taskQueue === deps.queues.gpu) await this.#noteDevice(deps);
    const limit = new WorkLimit(this.#input.timeoutMinutes, workedIn(ledger.lines, this.#execution));
    this.#limit = limit;
    limit.work();
    limit.signal.throwIfAborted(); // earlier attempts have used all of it
    await this.#log.write(`--- attempt ${this.#number}, ${line.at}, on ${host}: ${reasonWords(because)} ---`);
    return limit;
  }

  /** What cannot be written is no reason to fail: a step that waits then says less. */
  async #noteDevice({ deviceLocks }: Deps): Promise<void> {
    const { runId: run, step } = this.#input;
    this.#leaveDevice = await noteDeviceHolder(deviceLocks, { run, step }).catch(() => undefined);
  }

  #stepContext(deps: Deps, resolved: ResolvedStep<K>, ledger: Ledger, limit: WorkLimit): StepContext<K> {
    const { cancellationSignal } = this.#context;
    const input = this.#input;
    return {
      deps,
      input,
      resolved,
      options: resolved.options,
      attempt: this.#number,
      ledger,
      folder: this.#folder,
      logFile: this.#logFile,
      signal: AbortSignal.any([cancellationSignal, limit.signal]),
      limit,
      log: (line) => this.#log.write(line),
      progress: (progress) => this.#report(progress),
      stage: (name = input.step) => this.#products.stage(`${input.runId}-${name}`),
      publish: (staging, kind, meta) => this.#products.publish(staging, kind, meta, cancellationSignal),
    };
  }

  #report(progress: Progress): void {
    this.#latest = progress;
    this.#memory = Math.max(this.#memory, progress.memory_bytes ?? 0);
    this.#heart.beat();
  }

  #end(how: End): LedgerLine {
    const { step } = this.#latest;
    return {
      event: 'ended',
      attempt: this.#number,
      at: now(),
      ...(step === undefined ? {} : { reached: step }),
      ...(this.#limit && this.#limit.waited > 0 ? { waited: this.#limit.waited } : {}),
      ...(this.#memory > 0 ? { memory: this.#memory } : {}),
      ...how,
    };
  }

  /** A full disk may keep the end out of the ledger; Temporal must get the failure all the same. */
  async #note(how: End): Promise<void> {
    await this.#ledger?.write(this.#end(how)).catch(() => {});
  }
}

/** The run's own result counts even if reuse is off: an earlier attempt succeeded but could not report it. */
const counts = (found: Found, { reuse }: StepInput): found is Found & { hit: StepResult } =>
  found.hit !== undefined && (reuse || found.hit.reusedFrom === undefined);

/** An attempt without an end was lost with its worker. Its last heartbeat tells how far it came. */
async function recordLostAttempt(ledger: Ledger, heartbeat: Progress | undefined): Promise<void> {
  const attempt = openAttempt(ledger.lines);
  if (attempt === undefined) return;
  const reached = heartbeat?.step;
  await ledger.write({
    event: 'ended',
    attempt,
    at: now(),
    ...(reached === undefined ? {} : { reached }),
    how: 'lost',
  });
}

/** A step that replaces a damaged artifact is done only when that artifact is whole again; a dropped one is not whole. */
const mustRepeat = async (deps: Deps, { replaces }: StepInput) =>
  replaces !== undefined && (await deps.store.condition({ digest: replaces })) !== 'whole';
