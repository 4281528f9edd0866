import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from '../../services/machine/home.ts';
import { isAlive, type ProcessMark } from '../../services/machine/process-mark.ts';
import { awaitMoment } from './await-moment.ts';
import { failsStep, nameOf, type PlannedFault } from './faults.ts';
import { findRunner, findService, findTrainer, gone, serviceOf, successorOf } from './processes.ts';
import { type Position, placeOf, RunWatch } from './run-watch.ts';
import { Standstill } from './until.ts';

/** A fault that was inflicted on a living process of an unfinished run. */
export interface Inflicted extends PlannedFault {
  pid: number;
  /** Where the run was at that moment. */
  at: Position;
  /** Seconds from the signal until the run made progress again. */
  seconds: number | undefined;
  /** Training steps that had to be repeated. */
  lost: number;
}

/** One less than the default of `max_attempts`. */
const maxFailures = 2;
/** A trainer may outlive its worker by this long. */
const maxOrphanMs = 2_000;

/** Inflicts faults on a run, each at its moment, mostly after recovery from the one before. Adds them to `inflicted`. */
export async function inflictFaults(options: {
  home: Home;
  runId: string;
  faults: readonly PlannedFault[];
  log: (line: string) => void;
  inflicted: Inflicted[];
}): Promise<void> {
  const { home, runId, faults, log, inflicted } = options;
  const run = new RunWatch(home, runId);
  const recoveries: { of: PlannedFault; over: Promise<void> }[] = [];
  for (const fault of faults) {
    await Promise.all(recoveries.filter(({ of }) => mustBeOver(of, fault)).map(({ over }) => over));
    await awaitMoment(fault, run);
    if (failsStep(fault)) await mayFailAgain(run);
    const hit = await inflict(fault, run, home);
    if (!hit) break; // the run has ended
    inflicted.push(hit.fault);
    log(`${nameOf(fault)} (pid ${hit.fault.pid}) at ${placeOf(hit.fault.at)}`);
    const began = Date.now();
    const over = goesOn(hit, run, home).then(() => {
      hit.fault.seconds = (Date.now() - began) / 1000;
    });
    over.catch(() => {}); // awaited with the others
    recoveries.push({ of: fault, over });
  }
  await Promise.all(recoveries.map(({ over }) => over));
  await run.log.read();
  countLost(inflicted, run);
}

/** While an orchestrator or a server restarts, a training continues and may be hit; all other faults wait for recovery. */
function mustBeOver(before: PlannedFault, next: PlannedFault): boolean {
  if (next.moment.in === 'loading') return false;
  return next.moment.in === 'step' || (before.kind !== 'orchestrator' && before.kind !== 'server');
}

/** Waits for a checkpoint or the next step: a step that fails three times without progress fails for good, and rightly. */
async function mayFailAgain(run: RunWatch): Promise<void> {
  await run.until('a step that may fail once more', async () => {
    const { step } = await run.position();
    return (await run.failures(step)) < maxFailures ? true : undefined;
  });
}

interface Hit {
  fault: Inflicted;
  mark: ProcessMark;
}

/** Signals the process. Waits if it is just restarting; undefined if the run has ended. */
async function inflict(planned: PlannedFault, run: RunWatch, home: Home): Promise<Hit | undefined> {
  for (;;) {
    const mark = await run.until(`a process of ${planned.kind}`, () => findVictim(planned, run, home));
    const trainer = planned.kind === 'worker' && planned.frozenMs === undefined ? findTrainer(run.folder) : undefined;
    const at = await run.position();
    if (!mark || run.ended) return undefined;
    if (!isAlive(mark)) continue;
    const hit: Hit = { fault: { ...planned, pid: mark.pid, at, seconds: undefined, lost: 0 }, mark };
    try {
      process.kill(mark.pid, planned.frozenMs === undefined ? 'SIGKILL' : 'SIGSTOP');
    } catch {
      continue; // it ended just now, so this was no fault
    }
    if (planned.frozenMs !== undefined) return hit;
    await gone(mark, 10_000);
    if (trainer && (await gone(trainer, maxOrphanMs)) === undefined)
      throw new Standstill(`the trainer ${trainer.pid} outlived its worker by more than ${maxOrphanMs / 1000} s`);
    if (at.step === 'train') await lookAgain(at, run);
    return hit;
  }
}

async function findVictim(fault: PlannedFault, run: RunWatch, home: Home): Promise<ProcessMark | undefined> {
  const service = serviceOf(fault.kind);
  if (!service) return findTrainer(run.folder);
  const runner = fault.target === 'runner' ? findRunner(home) : undefined;
  // Without a loaded model there is no runner; the fault then hits the server.
  if (!runner) delete fault.target;
  return runner ?? (await findService(home, service));
}

/** Corrects the phase by what the dead trainer left behind. */
async function lookAgain(at: Position, run: RunWatch): Promise<void> {
  const stagings = await run.stagings();
  if (at.phase !== 'loading')
    at.phase = stagings.some((name) => name.startsWith(`.staging-${at.attempt}-`)) ? 'saving' : 'training';
  await run.log.read();
  if (run.log.latest?.attempt === at.attempt) at.trainingStep = run.log.latest.step;
}

/** Resolves when a successor of the killed process answers and the run makes progress again. */
async function goesOn({ fault, mark }: Hit, run: RunWatch, home: Home): Promise<void> {
  const { kind, at, frozenMs } = fault;
  if (frozenMs !== undefined) return await wakes(mark, frozenMs, run);
  const service = serviceOf(kind);
  if (service && !fault.target) await run.until(`a new ${service}`, () => successorOf(home, service, mark));
  const onlyWatches = kind === 'orchestrator' || kind === 'server';
  const answered = (await run.position()).trained;
  await run.until(`progress after ${nameOf(fault)} was killed at ${placeOf(at)}`, async () => {
    const now = await run.position();
    if (now.step !== at.step) return true;
    // Steps other than training may have noticed nothing.
    if (onlyWatches && now.step !== 'train') return true;
    if (!onlyWatches && now.attempt <= at.attempt) return undefined;
    if (now.step !== 'train') return true;
    return now.trained > (now.attempt > at.attempt ? 0 : answered) ? true : undefined;
  });
}

/** Wakes a frozen process, which continues its work or learns that it lost it. Waits for progress of the run. */
async function wakes(mark: ProcessMark, frozenMs: number, run: RunWatch): Promise<void> {
  await delay(frozenMs);
  if (isAlive(mark)) process.kill(mark.pid, 'SIGCONT');
  const awake = await run.position();
  await run.until('progress after the worker woke', async () => {
    const now = await run.position();
    if (now.step !== awake.step || now.step !== 'train') return true;
    return now.stretch > awake.stretch
      ? now.trained > 0
        ? true
        : undefined
      : now.trained > awake.trained
        ? true
        : undefined;
  });
}

/** Charges the steps that the next attempt repeated to the last fault that hit the attempt. */
function countLost(inflicted: readonly Inflicted[], run: RunWatch): void {
  const { attempts } = run.log;
  for (const [index, { step }] of attempts.entries()) {
    const next = attempts.slice(index + 1).find(({ from }) => from !== undefined);
    const fault = inflicted.findLast(({ at }) => at.step === 'train' && at.stretch === index + 1);
    if (fault && next && step !== undefined) fault.lost = Math.max(0, step - next.from!);
  }
}
