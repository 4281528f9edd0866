import { ApplicationFailure, Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { errors } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type ActivityKind, definitionOf } from '../../core/kinds/registry.ts';
import { type ResolvedStep, resolveStep } from '../../core/kinds/resolve-options.ts';
import type { Reason } from '../../core/reasons.ts';
import { type End, type LedgerLine, nextAttempt, openAttempt, workedIn } from '../../core/run/attempts.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { phaseWords } from '../../core/words/phases.ts';
import { reasonWords } from '../../core/words/reasons.ts';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { Ledger } from '../../services/runs/attempt-ledger.ts';
import { writeStepOutcome } from '../../services/runs/step-outcome.ts';
import type { KeyClaim } from '../../services/store/key-claims.ts';
import { writeStepRecord } from '../../services/store/reuse-index.ts';
import { type Deps, stepFolder } from './deps.ts';
import { depsOfRun } from './environment.ts';
import { claimKey } from './equal-step.ts';
import { keepBeating } from './heartbeat.ts';
import { stepKey } from './key.ts';
import type { Found, Keyed } from './keyed.ts';
import { findReusable, noteReused } from './reuse.ts';
import { afterwards, noteLatest, whyItRuns } from './reuse-reasons.ts';
import type { StepContext, StepDone } from './step-context.ts';
import { applicationFailure, asTemperError, isSpent } from './step-failure.ts';
import { StepLog } from './step-log.ts';
import { StepProducts } from './step-products.ts';
import { stopReason } from './stop-reason.ts';
import { WorkLimit } from './work-limit.ts';

const now = () => new Date().toISOString();

/** One execution of a step's activity, from its ledger's first line to its claim let go of; `step` calls each method once. */
export class StepAttempt<K extends ActivityKind> {
  readonly #kind: K;
  readonly #present: Deps;
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
  #because: Reason | undefined;
  #claim: KeyClaim | undefined;
  #hasBegun = false;
  /** Another attempt will go on from where this one has ended. */
  #isAwaited = false;

  constructor(kind: K, present: Deps, input: StepInput) {
    this.#kind = kind;
    this.#present = present;
    this.#input = input;
    this.#folder = stepFolder(present, input.runId, input.step);
    this.#log = new StepLog(this.#logFile);
    // At once, and not only with the result: a clean-up knows by it what an unfinished run has made.
    this.#products = new StepProducts(present.store, async (digest) => {
      await this.#ledger?.write({ event: 'published', attempt: this.#number, at: now(), digest });
    });
    const started = input.execution ?? this.#context.info.workflowExecution?.runId ?? '';
    // What a person has had run again counts its failures anew, as a resumed run does.
    this.#execution = `${started}${input.retried ? `~${input.retried}` : ''}`;
    this.#heart = keepBeating((): Progress => {
      const because = this.#because === undefined ? {} : { because: this.#because };
      return { ...this.#latest, text: phaseWords(this.#latest.phase), ...because };
    });
  }

  /** What an equal step has made, or what `body` makes. */
  async carryOut(body: (context: StepContext<K>) => Promise<StepDone<K>>): Promise<StepResult> {
    const input = this.#input;
    const deps = depsOfRun(this.#present, input);
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
    // What each kind declares is among what any step may have: handles and plain values.
    const outputs = done.outputs as Outputs;
    this.#because = afterwards(explained, keyed, outputs);
    const result = { outputs, summary, artifacts: this.#products.artifacts, key: key ?? '', because: this.#because };
    const { runId, step } = input;
    const made = { uses: this.#kind, ...result, finishedAt: now() };
    // Side by side: most of each is waiting for the disk. Whichever is missing after a crash, the attempt is made again.
    await Promise.all([
      key && writeStepRecord(deps.store.root, { runId, step, ...made, ingredients }),
      writeStepOutcome(this.#folder, made),
      noteLatest(deps, input, result, ingredients),
    ]);
    await this.#ledger.write(this.#end({ how: 'succeeded' }));
    return result;
  }

  /** Writes down how it ended badly; what is to be thrown for it. */
  async fail(error: unknown): Promise<unknown> {
    // It waits for an equal step of another run: nothing was begun, and nothing has failed.
    if (error instanceof ApplicationFailure && error.type === 'EQUAL_STEP_RUNNING') return error;
    const { cancellationSignal: asked, cancellationDetails } = this.#context;
    // A child that was told to stop fails in its own way; what counts is that we told it.
    if (asked.aborted || error instanceof CancelledFailure) {
      const why = stopReason(cancellationDetails);
      this.#isAwaited = why === 'shutdown' || why === 'left';
      // Before it began it had no number that the next attempt could go on under.
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
    this.#isAwaited = !spent && errors[code].retry === 'yes';
    return applicationFailure(failure, spent);
  }

  async close(): Promise<void> {
    this.#heart.end();
    this.#limit?.end();
    // Left where another attempt will go on from what this one has saved; a claim that cannot be removed ends with its process.
    const keepsClaim = this.#isAwaited && definitionOf(this.#kind)?.keepsProgress === true;
    await (keepsClaim ? this.#claim?.leave() : this.#claim?.release())?.catch(() => {});
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

  /** What can be reused; where nothing can, this attempt holds the claim on its key from here on. */
  async #findOrClaim(deps: Deps, keyed: Keyed): Promise<Found> {
    const input = this.#input;
    const find = async () => ((await mustMakeAgain(deps, input)) ? {} : await findReusable(deps, input, keyed));
    const found = await find();
    if (keyed.key === undefined || counts(found, input)) return found;
    this.#claim = await claimKey(deps, input, keyed.key, (phase) => this.#tell({ phase }));
    // An equal step of another run may have ended since.
    return this.#claim ? await find() : found;
  }

  async #begin(deps: Deps, ledger: Ledger, because: Reason): Promise<WorkLimit> {
    this.#because = because;
    await tellOfTheLost(ledger, this.#context.info.heartbeatDetails as Progress | undefined);
    const { host } = deps;
    const line = { attempt: this.#number, at: now(), execution: this.#execution, pid: process.pid, host };
    await ledger.write({ event: 'started', ...line });
    this.#hasBegun = true;
    const limit = new WorkLimit(this.#input.timeoutMinutes, workedIn(ledger.lines, this.#execution));
    this.#limit = limit;
    limit.work();
    limit.signal.throwIfAborted(); // earlier attempts have used up all of it
    await this.#log.write(`--- attempt ${this.#number}, ${line.at}, on ${host}: ${reasonWords(because)} ---`);
    return limit;
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
      progress: (progress) => this.#tell(progress),
      stage: (name = input.step) => this.#products.stage(`${input.runId}-${name}`),
      publish: (staging, kind, meta) => this.#products.publish(staging, kind, meta, cancellationSignal),
    };
  }

  #tell(progress: Progress): void {
    this.#latest = progress;
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
      ...how,
    };
  }

  /** How an attempt ended badly must reach Temporal even when a full disk keeps it out of the ledger. */
  async #note(how: End): Promise<void> {
    await this.#ledger?.write(this.#end(how)).catch(() => {});
  }
}

/** The run's own result counts even where reuse is off: an attempt that had ended well could not say so. */
const counts = (found: Found, { reuse }: StepInput): found is Found & { hit: StepResult } =>
  found.hit !== undefined && (reuse || found.hit.reusedFrom === undefined);

/** An attempt that never said how it ended was lost with its worker; the heartbeat tells how far it had come. */
async function tellOfTheLost(ledger: Ledger, heartbeat: Progress | undefined): Promise<void> {
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

/** A step that is to replace a damaged artifact has not ended well before that one is whole; a dropped one is not. */
const mustMakeAgain = async (deps: Deps, { replaces }: StepInput) =>
  replaces !== undefined && (await deps.store.condition({ digest: replaces })) !== 'whole';
