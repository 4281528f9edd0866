import { looksLikeHandle } from '../json.ts';
import { type LedgerLine, type Tracking, trackingOf } from '../run/attempts.ts';
import type { RunState } from '../run/run-state.ts';
import { type CurveEvent, type Curves, curvesOf } from './curves.ts';
import type { RowFacts } from './row-findings.ts';
import type { RowSummary } from './row-lengths.ts';

/** What `prepare` counted. Undefined rows: the dataset is no longer in the store. */
export interface DatasetFacts {
  summary?: RowFacts & {
    source?: string;
    dropped?: { duplicate: number; bad: number; excluded?: number };
    format?: string;
  };
  rows: RowSummary | undefined;
}

export interface Training {
  step: string;
  /** The run that trained, where this one reused its result. */
  reusedFrom?: string;
  curves: Curves;
  /** Whether it equals an uninterrupted training, bit for bit; unknown before it ends. */
  bitEqual?: boolean;
  /** Trackers of the person that have its curve, or lack it. */
  tracked?: readonly Tracking[];
}

export interface Dataset extends DatasetFacts {
  step: string;
  digest: string;
  trainRows?: number;
  evalRows?: number;
  tokens?: number;
}

/** The curves of each training that has begun. By step: what its training told and in which run, and its ledger. */
export function trainingsOf(
  state: RunState,
  {
    trainings,
    ledgers,
  }: {
    trainings: Readonly<Record<string, { run: string; events: readonly CurveEvent[] }>>;
    ledgers: Readonly<Record<string, readonly LedgerLine[]>>;
  },
): Training[] {
  return Object.entries(trainings).flatMap(([step, { run, events }]) => {
    const curves = curvesOf(events);
    const isEqual = state.steps[step]?.outputs?.bit_equal;
    const tracked = trackingOf(ledgers[step] ?? []);
    if (!curves) return [];
    return [
      {
        step,
        ...(run === state.runId ? {} : { reusedFrom: run }),
        curves,
        ...(typeof isEqual === 'boolean' ? { bitEqual: isEqual } : {}),
        ...(tracked.length > 0 ? { tracked } : {}),
      },
    ];
  });
}

/** The dataset of each step that made one, with what the step counted. */
export function datasetsOf(state: RunState, datasets: Readonly<Record<string, DatasetFacts>>): Dataset[] {
  return Object.entries(datasets).map(([step, facts]) => {
    const outputs = state.steps[step]?.outputs ?? {};
    const count = (name: string, key: 'trainRows' | 'evalRows' | 'tokens') =>
      typeof outputs[name] === 'number' ? { [key]: outputs[name] } : {};
    const handle = Object.values(outputs).find(looksLikeHandle);
    return {
      step,
      digest: handle?.digest ?? '',
      ...count('train_rows', 'trainRows'),
      ...count('eval_rows', 'evalRows'),
      ...count('tokens', 'tokens'),
      ...facts,
    };
  });
}
