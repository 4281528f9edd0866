import type { Decided } from '../../core/documents/review.ts';
import type { RunView } from '../../core/report/run-view.ts';
import type { Ask } from '../../page/app/asks.tsx';
import type { Askable } from '../../page/app/compare.tsx';
import type { ServedModel } from '../../page/app/models.tsx';
import type { ShownReview } from '../../page/app/review.tsx';
import type { ListedRun } from '../../page/app/runs.tsx';
import type { Sent } from './actions.ts';
import type { Comparisons } from './comparisons.ts';

export interface SeenRun {
  /** Undefined where nobody tells the state. */
  view: RunView | undefined;
  asks: readonly Ask[];
  /** Steps whose rows a model wrote of documents, for a person to review. */
  reviews: readonly { step: string; undecided: number }[];
}

/** Where the page learns of runs, and what it does to them. */
export interface PageSource {
  /** The newest runs; `isUp`: whether Temporal answers. */
  runs: () => Promise<{ runs: readonly ListedRun[]; isUp: boolean }>;
  /** Whether there is such a run. Everything that a path names is looked up here first. */
  has: (run: string) => Promise<boolean>;
  run: (run: string) => Promise<SeenRun>;
  /** The end of a step's log; undefined if there is none. */
  log: (run: string, step: string) => Promise<string | undefined>;
  /** The rows of such a step with the decisions so far; undefined if it has none. */
  review: (run: string, step: string) => Promise<ShownReview | undefined>;
  /** Writes decisions into the file that the pipeline names. Throws UserError or TemperError if nothing was changed. */
  decide: (run: string, step: string, decided: readonly Decided[]) => Promise<void>;
  /** What the page can ask: models of a run and the questions of its exam, or the models in Ollama. */
  askable: (run: string | undefined) => Promise<Askable>;
  comparisons: Pick<Comparisons, 'ask' | 'shown' | 'choose' | 'addRow'>;
  /** The serving names. */
  models: () => Promise<readonly ServedModel[]>;
  /** Moves a serving name back: to its model before, or to the one that the run `to` promoted. Throws UserError or TemperError if nothing was changed. */
  rollBack: (name: string, to: string | undefined) => Promise<void>;
  /** Throws UserError or TemperError if nothing was changed. */
  act: (run: string, sent: Sent) => Promise<void>;
}
