import { lastStep } from './document.ts';
import { Random } from './random.ts';

/** Whom a fault hits. `save` is the trainer, inside the writing of a checkpoint. */
export const faultKinds = ['trainer', 'worker', 'orchestrator', 'server', 'ollama', 'save'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** When a fault is meant to fall. A share is of the time that the same takes undisturbed. */
export type Moment =
  /** Milliseconds after the log tells of a training step. */
  | { in: 'training'; step: number; delayMs: number }
  /** Milliseconds after the first save at or past a training step has begun. */
  | { in: 'save'; step: number; delayMs: number }
  /** While a trainer starts: at the beginning, or again after the fault before. */
  | { in: 'loading'; share: number }
  /** While another step of the pipeline runs; `pin` comes before all. */
  | { in: 'step'; step: string; share: number };

export interface PlannedFault {
  kind: FaultKind;
  /** Of Ollama: the server itself, or the process that it runs a model in, as the kernel does when memory is short. */
  target?: 'runner';
  /** Stopped and woken after so many milliseconds, instead of killed: what it does then must not harm what began meanwhile. */
  frozenMs?: number;
  moment: Moment;
}

export const nameOf = ({ kind, target, frozenMs }: PlannedFault): string =>
  frozenMs !== undefined ? `${kind} frozen` : target ? `${kind} ${target}` : kind;

/** As many as the training is long enough for. Of one service fewer: the supervisor's pauses grow with each of its deaths. */
const mostInOneRun = (only: FaultKind | undefined): number =>
  only === undefined || only === 'trainer' || only === 'save' ? 10 : only === 'ollama' ? 4 : 5;
/** Whether it makes the step fail that it falls into. A lost worker or server is no failure of the step. */
export const failsStep = ({ kind }: PlannedFault): boolean =>
  kind === 'trainer' || kind === 'save' || kind === 'ollama';

const order = ['pin', 'data', 'train', 'best', 'merged', 'gguf', 'model', 'verdict', 'serve'];
const ofOllama = { gguf: 1, model: 5, verdict: 2, serve: 1 };
/** Steps that run a program of the trainer. */
const ofTrainer = { data: 2, best: 2, merged: 2, model: 1, verdict: 1 };
const ofAll = { pin: 1, data: 2, best: 2, merged: 2, gguf: 1, model: 3, verdict: 2, serve: 1 };

export interface RunOfFaults {
  seed: number;
  /** Which run of the batch: each has faults of its own. */
  index: number;
  /** Faults that the batch still wants; the run takes as many as one run bears. */
  wanted: number;
  only?: FaultKind | undefined;
}

/** The faults of one run, in the order in which it meets them: the same for the same seed and index. */
export function planFaults({ seed, index, wanted, only }: RunOfFaults): PlannedFault[] {
  const random = new Random(seed * 1_009 + index);
  const count = Math.min(wanted, mostInOneRun(only));
  const faults: PlannedFault[] = [];
  while (faults.length < count) {
    const kind =
      only ?? random.weighted({ trainer: 3, save: 4, worker: 3, orchestrator: 2, server: 2, ollama: 2 } as const);
    const fault: PlannedFault = { kind, moment: momentFor(kind, random) };
    if (kind === 'ollama' && random.next() < 0.3) fault.target = 'runner';
    // Around the heartbeat timeout: some are noticed, some are not.
    if (kind === 'worker' && random.next() < 0.25) fault.frozenMs = random.between(2_000, 12_000);
    faults.push(fault);
  }
  return inOrder(faults, random);
}

function momentFor(kind: FaultKind, random: Random): Moment {
  if (kind === 'save') return { in: 'save', step: random.between(1, lastStep), delayMs: random.between(0, 35) };
  if (kind === 'ollama') return { in: 'step', step: random.weighted(ofOllama), share: random.next() };
  const where = random.weighted({ training: 75, loading: 10, step: 15 });
  if (where === 'loading') return { in: 'loading', share: random.next() };
  if (where === 'step')
    return { in: 'step', step: random.weighted(kind === 'trainer' ? ofTrainer : ofAll), share: random.next() };
  return { in: 'training', step: random.between(1, lastStep), delayMs: random.between(0, 60) };
}

/** A fault while a trainer loads comes right after one that made it start, where there is such a one. */
function inOrder(faults: readonly PlannedFault[], random: Random): PlannedFault[] {
  const training = order.indexOf('train');
  const place = ({ moment }: PlannedFault) =>
    moment.in === 'step'
      ? order.indexOf(moment.step) + moment.share
      : training + (moment.in === 'loading' ? 0 : moment.step / (lastStep + 1));
  const sorted = faults.filter(({ moment }) => moment.in !== 'loading').sort((a, b) => place(a) - place(b));
  for (const loading of faults.filter(({ moment }) => moment.in === 'loading')) {
    const starts = sorted.flatMap((fault, index) => (restartsTraining(fault) ? [index + 1] : []));
    const first = sorted.findIndex((fault) => place(fault) >= training);
    sorted.splice(starts.length > 0 ? random.pick(starts) : first < 0 ? sorted.length : first, 0, loading);
  }
  return sorted;
}

const restartsTraining = ({ kind, moment, frozenMs }: PlannedFault): boolean =>
  moment.in !== 'step' && (kind === 'trainer' || kind === 'save' || (kind === 'worker' && frozenMs === undefined));
