import { lastStep } from './document.ts';
import type { Random } from './random.ts';

/** Whom a fault hits. `save` is the trainer, inside the writing of a checkpoint. */
export const faultKinds = ['trainer', 'worker', 'orchestrator', 'server', 'ollama', 'save'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** When a fault is meant to fall. Shares are of the time that the undisturbed run took for the same. */
export type Moment =
  /** Milliseconds after the log tells of a training step. */
  | { in: 'training'; step: number; delayMs: number }
  /** Milliseconds after the first save at or past a training step has begun. */
  | { in: 'save'; step: number; delayMs: number }
  /** While a trainer starts: at the beginning, or again after the fault before. */
  | { in: 'loading'; share: number }
  /** While another step of the pipeline runs. */
  | { in: 'step'; step: string; share: number };

export interface PlannedFault {
  kind: FaultKind;
  moment: Moment;
}

/** Supervisor's pauses grow with each death of the same service, so a run gets only so many. */
const mostInOneRun = 8;
/** A step's own failures are bounded, and Ollama away is one of them. */
const mostOfOllama = 3;

const order = ['data', 'train', 'best', 'merged', 'gguf', 'model', 'verdict', 'serve'];
const ofOllama = { gguf: 1, model: 5, verdict: 2, serve: 1 };
/** Steps that run a program of the trainer. */
const ofTrainer = { data: 2, best: 2, merged: 2, model: 1, verdict: 1 };
const ofAll = { data: 2, best: 2, merged: 2, gguf: 1, model: 3, verdict: 2, serve: 1 };

/** The faults of one run, in the order in which it meets them. */
export function planFaults(random: Random, wanted: number, only?: FaultKind): PlannedFault[] {
  const count = Math.min(wanted, only === 'ollama' ? mostOfOllama : mostInOneRun);
  const faults: PlannedFault[] = [];
  for (let ofThisServer = 0; faults.length < count; ) {
    const kind =
      only ?? random.weighted({ trainer: 3, save: 4, worker: 3, orchestrator: 2, server: 2, ollama: 2 } as const);
    if (kind === 'ollama' && ++ofThisServer > mostOfOllama) continue;
    faults.push({ kind, moment: momentFor(kind, random) });
  }
  return inOrder(faults, random);
}

function momentFor(kind: FaultKind, random: Random): Moment {
  if (kind === 'save') return { in: 'save', step: random.between(1, lastStep - 10), delayMs: random.between(0, 40) };
  if (kind === 'ollama') return { in: 'step', step: random.weighted(ofOllama), share: random.next() };
  const where = random.weighted({ training: 75, loading: 10, step: 15 });
  if (where === 'loading') return { in: 'loading', share: random.next() };
  if (where === 'step')
    return { in: 'step', step: random.weighted(kind === 'trainer' ? ofTrainer : ofAll), share: random.next() };
  return { in: 'training', step: random.between(1, lastStep - 10), delayMs: random.between(0, 60) };
}

/** A fault while a trainer loads comes right after one that made it start, where there is such a one. */
function inOrder(faults: readonly PlannedFault[], random: Random): PlannedFault[] {
  const place = ({ moment }: PlannedFault) =>
    moment.in === 'step'
      ? order.indexOf(moment.step) * 10_000 + moment.share
      : 10_000 + (moment.in === 'loading' ? 0 : moment.step);
  const sorted = faults.filter(({ moment }) => moment.in !== 'loading').sort((a, b) => place(a) - place(b));
  for (const loading of faults.filter(({ moment }) => moment.in === 'loading')) {
    const starts = sorted.flatMap((fault, index) => (restartsTraining(fault) ? [index + 1] : []));
    const first = sorted.findIndex((fault) => place(fault) >= 10_000);
    sorted.splice(starts.length > 0 ? random.pick(starts) : first < 0 ? sorted.length : first, 0, loading);
  }
  return sorted;
}

const restartsTraining = ({ kind, moment }: PlannedFault): boolean =>
  moment.in !== 'step' && (kind === 'trainer' || kind === 'save' || kind === 'worker');
