import type { Sent } from '../../cli/page/actions.ts';
import type { PageSource } from '../../cli/page/page-source.ts';
import { decide, reviewOf, reviewsOf } from '../../cli/page/reviews.ts';
import { UserError } from '../../cli/user-error.ts';
import type { Decided } from '../../core/documents/review.ts';
import { viewOf } from '../../core/report/run-view.ts';
import type { Ask } from '../../page/app/asks.tsx';
import type { ServedModel } from '../../page/app/models.tsx';
import { began, type Changed, runFacts, trained } from './run-facts.ts';

/** The run that the page shows in tests. */
export const run = runFacts().state.runId;

/** A training under way, as far as this step. */
export const underWay = (to: number): Changed => {
  const { data } = runFacts().state.steps;
  return {
    state: {
      status: 'running',
      endedAt: undefined as never,
      steps: {
        data: data!,
        train: { uses: 'train', state: 'running', startedAt: began },
        ask: { uses: 'approve', state: 'waiting' },
      },
    },
    trainings: { train: { run, events: trained(0, to) } },
    exams: {},
    models: [],
  };
};

/** A source of one run that a test changes while the page is open. */
export class OneRun implements PageSource {
  changed: Changed = {};
  asks: Ask[] = [];
  readonly sent: Sent[] = [];

  async runs() {
    const { state } = runFacts(this.changed);
    const listed = { run, status: state.status, started: state.startedAt, note: 'in train' };
    return { runs: [state.endedAt === undefined ? listed : { ...listed, ended: state.endedAt }], isUp: true };
  }

  async has(given: string) {
    return given === run;
  }

  async run() {
    return {
      view: viewOf(runFacts(this.changed)),
      asks: this.asks,
      reviews: this.home ? await reviewsOf(this.home, run) : [],
    };
  }

  /** With the run's folder, where rows wait for a review. */
  home: { runs: string; store: string } | undefined;

  async review(_: string, step: string) {
    return this.home && (await reviewOf(this.home, run, step));
  }

  async decide(_: string, step: string, decided: readonly Decided[]) {
    if (this.home) await decide(this.home, run, step, decided);
  }

  async log(_: string, step: string) {
    return step === 'train' ? '--- attempt 1 ---\n<b>not bold</b>\n' : undefined;
  }

  comparisons = { ask: async () => 'none', shown: () => undefined, choose: async () => {}, addRow: async () => {} };

  async askable(of: string | undefined) {
    return { words: of === undefined ? [] : [of], questions: [] };
  }

  served: ServedModel[] = [];
  readonly rolledBack: [name: string, to: string | undefined][] = [];

  async models() {
    return this.served;
  }

  async rollBack(name: string, to: string | undefined) {
    this.rolledBack.push([name, to]);
  }

  async act(_: string, sent: Sent) {
    if (this.asks.length === 0 && sent.step !== undefined)
      throw new UserError('no step waits for this', { hint: 'look again' });
    this.sent.push(sent);
    this.asks = [];
  }
}
