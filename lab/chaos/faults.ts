import { lastStep } from './document.ts';
import { Random } from './random.ts';

/** The process that a fault hits. `save` hits the trainer while it writes a checkpoint. */
export const faultKinds = ['trainer', 'worker', 'orchestrator', 'server', 'ollama', 'save'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** When a fault should hit. `share` is a fraction of the usual duration. */
type Moment =
  /** Milliseconds after the log line of a training step. */
  | { in: 'training'; step: number; delayMs: number }
  /** Milliseconds after the first save at or past a training step has begun. */
  | { in: 'save'; step: number; delayMs: number }
  /** While a trainer starts: at the beginning, or again after the fault before. */
  | { in: 'loading'; share: number }
  /** While another step of the pipeline runs; `pin` comes before all. */
  | { in: 'step'; step: string; share: number };

export interface PlannedFault {
  kind: FaultKind;
  /** Hits the process in which Ollama runs a model, as the kernel does when memory is short, and not the server. */
  target?: 'runner';
  /** The process is stopped for this long, not killed: what it does afterwards must not harm its successor. */
  frozenMs?: number;
  moment: Moment;
}

export const nameOf = ({ kind, target, frozenMs }: PlannedFault): string =>
  frozenMs !== undefined ? `${kind} frozen` : target ? `${kind} ${target}` : kind;

/** As many as the length of the training allows; fewer for one service, since the supervisor waits longer after each death. */
const maxFaultsPerRun = (only: FaultKind | undefined): number =>
  only === undefined || only === 'trainer' || only === 'save' ? 10 : only === 'ollama' ? 4 : 5;

/** Whether the fault counts as a failure of the step. The loss of a worker or server does not. */
export const failsStep = ({ kind }: PlannedFault): boolean =>
  kind === 'trainer' || kind === 'save' || kind === 'ollama';

const order = ['pin', 'data', 'train', 'best', 'merged', 'gguf', 'model', 'verdict', 'serve'];
const ofOllama = { gguf: 1, model: 5, verdict: 2, serve: 1 };
/** Steps that run a program of the trainer. */
const ofTrainer = { data: 2, best: 2, merged: 2, model: 1, verdict: 1 };
const ofAll = { pin: 1, data: 2, best: 2, merged: 2, gguf: 1, model: 3, verdict: 2, serve: 1 };

interface RunOfFaults {
  seed: number;
  /** Index of the run in the batch; each run has its own faults. */
  index: number;
  /** Faults still missing in the batch; one run takes at most `maxFaultsPerRun`. */
  wanted: number;
  only?: FaultKind | undefined;
}

/** Plans the faults of one run in order of time; equal for equal seed and index. */
export function planFaults({ seed, index, wanted, only }: RunOfFaults): PlannedFault[] {
  const random = new Random(seed * 1_009 + index);
  const count = Math.min(wanted, maxFaultsPerRun(only));
  const faults: PlannedFault[] = [];
  while (faults.length < count) {
    const kind =
      only ?? random.weighted({ trainer: 3, save: 4, worker: 3, orchestrator: 2, server: 2, ollama: 2 } as const);
    const fault: PlannedFault = { kind, moment: momentFor(kind, random) };
    if (kind === 'ollama' && random.next() < 0.3) fault.target = 'runner';
    // Shorter and longer than the heartbeat timeout, so that the server notices some and not others.
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

/** Places a fault during loading right after a fault that restarts the trainer, if there is one. */
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
