import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Decided } from '../../core/documents/review.ts';
import { viewOf } from '../../core/report/run-view.ts';
import type { Askable } from '../../page/app/compare.tsx';
import type { ServedModel } from '../../page/app/models.tsx';
import type { ShownReview } from '../../page/app/review.tsx';
import type { Home } from '../../services/machine/home.ts';
import { packageVersion } from '../../services/machine/package-root.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { servingOllama } from '../../services/ollama/serving-ollama.ts';
import { servedNames } from '../../services/promotion/served-names.ts';
import { RunReader } from '../../services/report/run-reader.ts';
import { rollNameBack } from '../commands/models/roll-name-back.ts';
import { listRuns, type RunRow } from '../runs/list-runs.ts';
import { lookUp } from '../runs/look-up.ts';
import { allRuns } from '../runs/resolve-run.ts';
import { logLine } from '../view/log-lines.ts';
import { waitingIn } from '../view/steps-shown.ts';
import { act, type Sent } from './actions.ts';
import { Comparisons } from './comparisons.ts';
import type { PageSource, SeenRun } from './page-source.ts';
import { decide, reviewOf, reviewsOf } from './reviews.ts';
import { SessionKeeper } from './session-keeper.ts';

/** More runs than this nobody looks through; `ps --limit` lists more. */
const maxRuns = 50;
/** Of a long log the end is shown, in bytes. */
const maxLogBytes = 400_000;

/** Learns of runs from Temporal if it answers, and from the home. */
export class HomeSource implements PageSource {
  readonly home: Home;
  readonly sessions = new SessionKeeper();
  readonly comparisons: Comparisons;
  readonly #reader: RunReader;

  constructor(home: Home) {
    this.home = home;
    this.#reader = new RunReader(home);
    this.comparisons = new Comparisons(home, async () => await this.sessions.get());
  }

  async runs(): Promise<{ runs: readonly RunRow[]; isUp: boolean }> {
    const session = await this.sessions.get();
    const { rows } = await listRuns(this.home, session, maxRuns);
    return { runs: rows, isUp: session !== undefined };
  }

  async has(run: string): Promise<boolean> {
    const [root] = run.split('.');
    return (await allRuns(this.home.runs, await this.sessions.get())).includes(root!) && !/[/\\]/.test(run);
  }

  async run(run: string): Promise<SeenRun> {
    const { state, seen } = await lookUp(this.home.runs, await this.sessions.get(), run);
    if (!state) return { view: undefined, asks: [], reviews: [] };
    const known = { now: Date.now(), version: packageVersion(), doing: seen?.pending };
    return {
      view: viewOf(await this.#reader.read(state, known)),
      asks: seen?.closed ? [] : waitingIn(state, seen),
      reviews: await reviewsOf(this.home, run),
    };
  }

  async askable(run: string | undefined): Promise<Askable> {
    if (run === undefined) return { words: [], questions: [] };
    const { view } = await this.run(run);
    const questions = view?.exams.flatMap((exam) => exam.questions.map(({ question }) => question)) ?? [];
    return { words: [run], questions: [...new Set(questions)] };
  }

  async review(run: string, step: string): Promise<ShownReview | undefined> {
    return await reviewOf(this.home, run, step);
  }

  async decide(run: string, step: string, decided: readonly Decided[]): Promise<void> {
    await decide(this.home, run, step, decided);
  }

  async models(): Promise<readonly ServedModel[]> {
    return await servedNames(this.home.store, new OllamaServer(await servingOllama(this.home)));
  }

  async rollBack(name: string, to: string | undefined): Promise<void> {
    await rollNameBack(this.home, name, { to });
  }

  async close(): Promise<void> {
    this.comparisons.close();
    await this.sessions.close();
  }

  async act(run: string, sent: Sent): Promise<void> {
    await act(await this.sessions.get(), run, sent);
  }

  async log(run: string, step: string): Promise<string | undefined> {
    if (/[/\\]|^\.\.?$/.test(step)) return undefined;
    const file = await open(join(this.home.runs, run, 'steps', step, 'log.txt')).catch(() => undefined);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, maxLogBytes));
      await file.read(bytes, 0, bytes.length, size - bytes.length);
      const lines = bytes.toString('utf8').split('\n');
      // The first one may be cut.
      return (size > bytes.length ? lines.slice(1) : lines).flatMap((line) => logLine(line) ?? []).join('\n');
    } finally {
      await file.close();
    }
  }
}
