import { watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from '../../services/home.ts';
import { isAlive, type ProcessMark } from '../../services/process-mark.ts';
import type { FaultKind, PlannedFault } from './faults.ts';
import { findProcess, gone, serviceOf, successorOf } from './processes.ts';
import { type Position, RunWatch } from './run-watch.ts';

/** How long the undisturbed run took, in milliseconds: what shares of a moment are shares of. */
export interface Durations {
  loading: number;
  steps: Readonly<Record<string, number>>;
}

/** A fault that was inflicted on a living process of an unfinished run. */
export interface Inflicted {
  kind: FaultKind;
  pid: number;
  /** Where the run was at that moment. */
  at: Position;
  /** Seconds from the signal until the work went on. */
  seconds: number | undefined;
  /** Training steps that were done again because of it. */
  lost: number;
}

/** A run that does not go on within this time has not survived. */
export const patience = 240_000;
/** A trainer must not outlive its worker longer than this. */
const orphanLimit = 2_000;
const look = 15;

/** Thrown when the run does not go on: what was waited for. */
export class Standstill extends Error {}

/** Inflicts faults on a run, each at its moment and mostly after the one before is over. Answers those that counted. */
export async function shake(options: {
  home: Home;
  runId: string;
  faults: readonly PlannedFault[];
  durations: Durations;
  tell: (line: string) => void;
  /** Filled while it goes, so that what was inflicted is known even when it throws. */
  inflicted: Inflicted[];
}): Promise<void> {
  const { home, runId, faults, durations, tell, inflicted } = options;
  const run = new RunWatch(home, runId);
  let over: Promise<void> = Promise.resolve();
  for (const fault of faults) {
    if (fault.moment.in !== 'loading') await over;
    await momentOf(fault, run, home, durations);
    const hit = await inflict(fault, run, home);
    if (!hit) break; // the run has ended
    inflicted.push(hit.fault);
    tell(`${fault.kind} (pid ${hit.fault.pid}) killed at ${placeOf(hit.fault.at)}`);
    const began = Date.now();
    const before = over;
    over = Promise.all([before, goesOn(hit, run, home)]).then(() => {
      hit.fault.seconds = (Date.now() - began) / 1000;
    });
    over.catch(() => {}); // awaited below
  }
  await over;
  await run.log.read();
  countLost(inflicted, run);
}

export const placeOf = ({ step, phase, trainingStep }: Position): string =>
  `${step}${phase ? `, ${phase}` : ''}${trainingStep === undefined ? '' : `, step ${trainingStep}`}`;

/** Waits for something of the run; ends early, with undefined, when the run has ended. */
async function until<T>(
  what: string,
  run: RunWatch,
  find: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const limit = Date.now() + patience;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (run.ended) return undefined;
    if (Date.now() > limit) throw new Standstill(`${patience / 1000} s without ${what}`);
    await delay(look);
  }
}

async function momentOf(
  { kind, moment }: PlannedFault,
  run: RunWatch,
  home: Home,
  durations: Durations,
): Promise<void> {
  const passedTraining = (position: Position) => position.step !== 'train' && run.log.latest !== undefined;
  if (moment.in === 'step') {
    await until(`step ${moment.step}`, run, async () => ((await hasBegun(run, moment.step)) ? true : undefined));
    await delay(moment.share * (durations.steps[moment.step] ?? 0));
    return;
  }
  if (moment.in === 'loading') {
    await until('a trainer that loads', run, async () => {
      const position = await run.position();
      if (passedTraining(position)) return true;
      if (position.step !== 'train' || position.phase !== 'loading') return undefined;
      return (await findProcess(home, 'trainer', run.stepFolder('train'))) ? true : undefined;
    });
    await delay(moment.share * durations.loading);
    return;
  }
  await until(`training step ${moment.step}`, run, async () => {
    const position = await run.position();
    return passedTraining(position) || (position.trained > 0 && position.trainingStep! >= moment.step)
      ? true
      : undefined;
  });
  if (kind === 'save') await nextSave(run);
  await delay(moment.delayMs);
}

async function hasBegun(run: RunWatch, step: string): Promise<boolean> {
  return (await run.ledger(step)).some((line) => line.event === 'started');
}

/** Resolves within a millisecond or two of the beginning of a save. */
async function nextSave(run: RunWatch): Promise<void> {
  let stop = () => {};
  try {
    const begun = new Promise<true>((resolve) => {
      const watcher = watch(run.checkpoints, (_, name) => {
        if (name?.startsWith('.staging-')) resolve(true);
      });
      stop = () => watcher.close();
    });
    let saving = false;
    void begun.then(() => {
      saving = true;
    });
    await Promise.race([
      begun,
      until('a save', run, async () => (saving || (await run.position()).step !== 'train' ? true : undefined)),
    ]);
  } finally {
    stop();
  }
}

interface Hit {
  fault: Inflicted;
  mark: ProcessMark;
}

/** Kills the process if it lives and the run is unfinished; waits for one that is just being started again. */
async function inflict({ kind }: PlannedFault, run: RunWatch, home: Home): Promise<Hit | undefined> {
  for (;;) {
    const mark = await until(`a process of ${kind}`, run, () => findProcess(home, kind, run.folder));
    const trainer = kind === 'worker' ? await findProcess(home, 'trainer', run.folder) : undefined;
    const at = await run.position();
    if (!mark || run.ended) return undefined;
    if (!isAlive(mark)) continue;
    try {
      process.kill(mark.pid, 'SIGKILL');
    } catch {
      continue; // it ended just now, so this was no fault
    }
    await gone(mark, 10_000);
    if (trainer && (await gone(trainer, orphanLimit)) === undefined)
      throw new Standstill(`the trainer ${trainer.pid} outlived its worker by more than ${orphanLimit / 1000} s`);
    // What the dead trainer leaves behind tells better than the moment before what it was doing.
    if (at.step === 'train') {
      await run.log.read();
      const stagings = await run.stagings();
      if (at.phase !== 'loading')
        at.phase = stagings.some((name) => name.startsWith(`.staging-${at.attempt}-`)) ? 'saving' : 'training';
      if (run.log.latest?.attempt === at.attempt) at.trainingStep = run.log.latest.step;
    }
    return { fault: { kind, pid: mark.pid, at, seconds: undefined, lost: 0 }, mark };
  }
}

/** Resolves when the killed process has a successor that answers, and the work of the run goes on. */
async function goesOn({ fault, mark }: Hit, run: RunWatch, home: Home): Promise<void> {
  const { kind, at } = fault;
  const service = serviceOf(kind);
  if (service) await until(`a new ${service}`, run, () => successorOf(home, service, mark));
  const wasKilled = service === undefined || kind === 'worker';
  const answered = (await run.position()).trained;
  await until(`progress after the ${kind} was killed in ${placeOf(at)}`, run, async () => {
    const now = await run.position();
    if (now.step !== at.step) return true;
    if (wasKilled && now.attempt <= at.attempt) return undefined;
    if (now.step !== 'train') return true;
    const alreadyThere = wasKilled || now.attempt > at.attempt ? 0 : answered;
    return now.trained > alreadyThere ? true : undefined;
  });
}

/** What an attempt had done beyond the step from which the next one trained is charged to the last fault that hit it. */
function countLost(inflicted: readonly Inflicted[], run: RunWatch): void {
  const { attempts } = run.log;
  for (const [index, { attempt, step }] of attempts.entries()) {
    const next = attempts.slice(index + 1).find(({ from }) => from !== undefined);
    const fault = inflicted.findLast(({ at }) => at.step === 'train' && at.attempt === attempt);
    if (fault && next && step !== undefined) fault.lost = Math.max(0, step - next.from!);
  }
}
