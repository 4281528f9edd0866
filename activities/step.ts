import { ApplicationFailure, Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import {
  type End,
  failuresWithoutProgress,
  type LedgerLine,
  nextAttempt,
  openAttempt,
  waitedFor,
  workedIn,
} from '../core/attempts.ts';
import { errors, patience } from '../core/errors.ts';
import type { ArtifactKind, Handle } from '../core/handles.ts';
import type { Progress } from '../core/progress.ts';
import type { Outputs } from '../core/run-state.ts';
import { type ActivityKind, type StepOptions, stepOptions } from '../core/steps.ts';
import { TemperError } from '../core/temper-error.ts';
import type { Manifest } from '../services/artifacts.ts';
import type { KeyClaim } from '../services/key-claims.ts';
import { Ledger } from '../services/ledger.ts';
import { writeStepRecord } from '../services/step-records.ts';
import { writeStepOutcome } from '../services/step-results.ts';
import type { StepInput, StepResult } from './contract.ts';
import { type Deps, stepFolder } from './deps.ts';
import { depsOfRun } from './environment.ts';
import { claimKey } from './equal-step.ts';
import { keepBeating } from './heartbeat.ts';
import { stepKey } from './key.ts';
import { type Found, findReusable, noteReused } from './reuse.ts';
import { afterwards, noteLatest, whyItRuns } from './reuse-reasons.ts';
import { StepLog } from './step-log.ts';
import { stopReason } from './stop-reason.ts';
import { WorkLimit } from './work-limit.ts';

/** What the body of a step works with. */
export interface StepContext<K extends ActivityKind> {
  deps: Deps;
  input: StepInput;
  options: StepOptions[K];
  /** Counted by temper, from 1, over all executions of the run; a stop on request goes on under its number. */
  attempt: number;
  ledger: Ledger;
  /** Folder of this step of this run: log, ledger, and what must outlive an attempt. */
  folder: string;
  logFile: string;
  /** Aborted when the step is to stop: by request, or since its time is spent. */
  signal: AbortSignal;
  /** To be told when the step waits for the device. */
  limit: WorkLimit;
  /** Appends a line to the step's log; never fails. */
  log: (line: string) => Promise<void>;
  progress: (progress: Progress) => void;
  /** A fresh folder in the store; its `files/` becomes an artifact by `publish`. Removed when the step ends. */
  stage: (name?: string) => Promise<string>;
  /** Makes an artifact of a staged folder, and writes down that this step made it. */
  publish: (staging: string, kind: ArtifactKind, meta?: Manifest['meta']) => Promise<Handle>;
}

export interface StepDone {
  outputs: Outputs;
  summary: string;
}

/** Makes an activity of a step's body: options, reuse, ledger, heartbeats, staging and failures are the same for every kind. */
export function step<K extends ActivityKind>(
  kind: K,
  present: Deps,
  body: (context: StepContext<K>) => Promise<StepDone>,
) {
  return async (input: StepInput): Promise<StepResult> => {
    const context = Context.current();
    const folder = stepFolder(present, input.runId, input.step);
    const started = input.execution ?? context.info.workflowExecution?.runId ?? '';
    // What a person has had run again counts its failures anew, as a resumed run does.
    const execution = `${started}${input.retried ? `~${input.retried}` : ''}`;
    const now = () => new Date().toISOString();
    const logFile = `${folder}/log.txt`;
    let ledger: Ledger | undefined;
    let limit: WorkLimit | undefined;
    let attempt = 0;
    let latest: Progress = { phase: 'starting' };
    let because: string | undefined;
    let claim: KeyClaim | undefined;
    let isAwaited = false;
    let hasBegun = false;
    const heart = keepBeating(() => (because === undefined ? latest : { ...latest, because }));
    const tell = (progress: Progress) => {
      latest = progress;
      heart.beat();
    };
    const staged: string[] = [];
    const artifacts: string[] = [];
    const stepLog = new StepLog(logFile);
    const log = (line: string) => stepLog.write(line);
    const end = (how: End): LedgerLine => ({
      event: 'ended',
      attempt,
      at: now(),
      ...(latest.step === undefined ? {} : { reached: latest.step }),
      ...(limit && limit.waited > 0 ? { waited: limit.waited } : {}),
      ...how,
    });
    // How an attempt ended badly must reach Temporal even when a full disk keeps it out of the ledger.
    const note = (line: LedgerLine) => ledger?.write(line).catch(() => {});
    try {
      const deps = depsOfRun(present, input);
      ledger = await Ledger.open(folder);
      attempt = nextAttempt(ledger.lines);
      const parsed = stepOptions[kind].safeParse(input.with);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new TemperError('BAD_OPTIONS', `${input.step}.with.${issue?.path.join('.')}: ${issue?.message}`);
      }
      const options = parsed.data as StepOptions[K];
      const keyed = await stepKey(deps, kind, options, input);
      const { key, ingredients } = keyed;
      const find = async () => ((await mustMakeAgain(deps, input)) ? {} : await findReusable(deps, input, keyed));
      let found = await find();
      if (key !== undefined && !counts(found, input)) {
        claim = await claimKey(deps, input, key, (phase) => tell({ phase }));
        // An equal step of another run may have ended since.
        if (claim) found = await find();
      }
      if (counts(found, input)) {
        await noteReused(deps, input, found.hit, keyed);
        await ledger.write(end({ how: 'reused' }));
        return found.hit;
      }
      const reason = await whyItRuns(deps, input, keyed, found);
      because = reason.line;
      await tellOfTheLost(ledger, now(), context.info.heartbeatDetails as Progress | undefined);
      await ledger.write({ event: 'started', attempt, at: now(), execution, pid: process.pid, host: deps.host });
      hasBegun = true;
      limit = new WorkLimit(input.timeoutMinutes, workedIn(ledger.lines, execution));
      limit.work();
      limit.signal.throwIfAborted(); // earlier attempts have used up all of it
      await log(`--- attempt ${attempt}, ${now()}, on ${deps.host}: ${because} ---`);
      const done = await body({
        deps,
        input,
        options,
        attempt,
        ledger,
        folder,
        logFile,
        signal: AbortSignal.any([context.cancellationSignal, limit.signal]),
        limit,
        log,
        progress: tell,
        stage: async (name = input.step) => {
          const path = await deps.store.stage(`${input.runId}-${name}`);
          staged.push(path);
          return path;
        },
        publish: async (staging, kind, meta) => {
          const handle = await deps.store.publish(staging, kind, meta, context.cancellationSignal);
          artifacts.push(handle.digest);
          // At once, and not only with the result: a clean-up knows by it what an unfinished run has made.
          await ledger?.write({ event: 'published', attempt, at: now(), digest: handle.digest });
          return handle;
        },
      });
      because = afterwards(reason, keyed, done.outputs);
      const result = { ...done, artifacts, key: key ?? '', because };
      const { runId, step } = input;
      const finishedAt = now();
      // Side by side: most of each is waiting for the disk. Whichever is missing after a crash, the attempt is made again.
      await Promise.all([
        key && writeStepRecord(deps.store.root, { uses: kind, runId, step, ...result, ingredients, finishedAt }),
        writeStepOutcome(folder, { uses: kind, ...result, finishedAt }),
        noteLatest(deps, input, result, ingredients),
      ]);
      await ledger.write(end({ how: 'succeeded' }));
      return result;
    } catch (error) {
      // It waits for an equal step of another run: nothing was begun, and nothing has failed.
      if (error instanceof ApplicationFailure && error.type === 'EQUAL_STEP_WORKS') throw error;
      // A child that was told to stop fails in its own way; what counts is that we told it.
      if (context.cancellationSignal.aborted || error instanceof CancelledFailure) {
        const why = stopReason(context.cancellationDetails);
        isAwaited = why === 'shutdown' || why === 'left';
        // Before it began it had no number that the next attempt could go on under.
        if (hasBegun) await note(end({ how: 'stopped', why }));
        throw context.cancellationSignal.aborted ? context.cancellationSignal.reason : error;
      }
      const failure = limit?.signal.aborted ? limit.failure(input, latest) : asTemperError(error);
      await note(end({ how: 'failed', execution, code: failure.code, message: failure.message }));
      await log(`failed: ${failure.message} [${failure.code}]`);
      if (failure.code === 'UNKNOWN' && error instanceof Error) await log(String(error.stack));
      const lines = ledger?.lines ?? [];
      const patient = patience[failure.code];
      const spent =
        patient === undefined
          ? failuresWithoutProgress(lines, execution, notCounted) >= input.maxAttempts
          : waitedFor(lines, execution, { code: failure.code, now: Date.now() }) >= patient;
      isAwaited = !spent && errors[failure.code].retry === 'yes';
      throw applicationFailure(failure, spent);
    } finally {
      heart.end();
      limit?.end();
      // Left where another attempt will go on from what this one has saved; a claim that cannot be removed ends with its process.
      await (isAwaited && kind === 'train' ? claim?.leave() : claim?.release())?.catch(() => {});
      // What cannot be removed is left for a later clean-up; the step has ended as it has ended.
      await Promise.all(staged.map((path) => present.store.discard(path).catch((error: Error) => log(error.message))));
      await stepLog.close();
    }
  };
}

/** The run's own result counts even where reuse is off: an attempt that had ended well could not say so. */
const counts = (found: Found, { reuse }: StepInput): found is Found & { hit: StepResult } =>
  found.hit !== undefined && (reuse || found.hit.reusedFrom === undefined);

/** An attempt that never said how it ended was lost with its worker; the heartbeat tells how far it had come. */
async function tellOfTheLost(ledger: Ledger, at: string, heartbeat: Progress | undefined): Promise<void> {
  const attempt = openAttempt(ledger.lines);
  if (attempt === undefined) return;
  const reached = heartbeat?.step;
  await ledger.write({ event: 'ended', attempt, at, ...(reached === undefined ? {} : { reached }), how: 'lost' });
}

/** A step that is to replace a damaged artifact has not ended well before that one is whole; a dropped one is not. */
const mustMakeAgain = async (deps: Deps, { replaces }: StepInput) =>
  replaces !== undefined && (await deps.store.condition({ digest: replaces })) !== 'whole';

/** Names what the system or a library threw. */
export function asTemperError(error: unknown): TemperError {
  if (error instanceof TemperError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new TemperError('DISK_FULL', message, { cause: error });
  return new TemperError('UNKNOWN', message, { cause: error });
}

const notCounted: ReadonlySet<string> = new Set(['FENCED', ...Object.keys(patience)]);

/** `spent`: it has been tried as often, or for as long, as its kind of failure is. */
export function applicationFailure(failure: TemperError, spent: boolean): ApplicationFailure {
  return ApplicationFailure.create({
    // Temporal keeps 4 KB of a failure.
    message: failure.message.length > 3000 ? `${failure.message.slice(0, 3000)}…` : failure.message,
    type: failure.code,
    nonRetryable: errors[failure.code].retry === 'no' || spent,
    details: [{ remedy: failure.remedy, ...(failure.artifact === undefined ? {} : { artifact: failure.artifact }) }],
    ...(failure.code === 'DISK_FULL' ? { nextRetryDelay: '1m' as const } : {}),
  });
}
