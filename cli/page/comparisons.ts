import { randomBytes } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Choice, shuffled, type Tally, tallyOf } from '../../core/comparison/choices.ts';
import type { ShownAnswer, ShownComparison } from '../../page/app/compare.tsx';
import type { Home } from '../../services/machine/home.ts';
import { askTogether, type Said } from '../../services/ollama/ask-together.ts';
import { readJsonLines } from '../../services/runs/attempt-ledger.ts';
import type { ComparedModel } from '../comparison/compared.ts';
import { findCompared } from '../comparison/find-compared.ts';
import type { Session } from '../runs/session.ts';

/** More are not kept while the page is open. */
const maxKept = 100;

interface Comparison {
  words: readonly string[];
  question: string;
  models: readonly ComparedModel[];
  said: readonly Said[];
  maxTokens: number;
  isBlind: boolean;
  isDone: boolean;
  /** Digest of the chosen model; null: none is better. */
  chosen?: string | null;
  tally?: Tally;
}

export interface Wanted {
  /** Runs and models in Ollama. */
  words: readonly string[];
  question: string;
  isBlind: boolean;
}

/** The questions that a person asks on the page, each of several models at once. Choices made blind are kept in the home. */
export class Comparisons {
  readonly #home: Home;
  readonly #session: () => Promise<Session | undefined>;
  readonly #all = new Map<string, Comparison>();
  readonly #stop = new AbortController();

  constructor(home: Home, session: () => Promise<Session | undefined>) {
    this.#home = home;
    this.#session = session;
  }

  /** Begins to ask, and returns the id of the comparison. Throws UserError where the words do not name two to four models. */
  async ask({ words, question, isBlind }: Wanted): Promise<string> {
    const found = await findCompared({ home: this.#home, session: await this.#session() }, words);
    const models = isBlind ? shuffled(found.models, Math.random) : found.models;
    const id = randomBytes(9).toString('base64url');
    const comparison: Comparison = {
      words,
      question,
      models,
      said: models.map(() => ({ state: 'loading', text: '', thoughts: '' })),
      maxTokens: found.asking.maxTokens,
      isBlind,
      isDone: false,
    };
    this.#all.set(id, comparison);
    for (const old of [...this.#all.keys()].slice(0, -maxKept)) this.#all.delete(old);
    const onChange = (said: readonly Said[]) => {
      comparison.said = [...said];
    };
    const names = models.map(({ name }) => name);
    const how = { asking: found.asking, signal: this.#stop.signal, onChange };
    void askTogether(found.server, names, question, how)
      .then(onChange)
      .catch(() => {})
      .finally(() => {
        comparison.isDone = true;
      });
    return id;
  }

  shown(id: string): ShownComparison | undefined {
    const found = this.#all.get(id);
    if (!found) return undefined;
    const { words, question, models, said, maxTokens, isBlind, isDone, chosen, tally } = found;
    const isRevealed = !isBlind || chosen !== undefined;
    return {
      id,
      question,
      isBlind,
      isDone,
      isRevealed,
      maxTokens,
      words,
      ...(tally ? { tally } : {}),
      answers: models.map((model, at): ShownAnswer => {
        const { state, text, thoughts, answer, failure } = said[at]!;
        return {
          ...(isRevealed ? { name: model.name, role: model.role } : {}),
          state,
          text,
          thoughts,
          ...(answer ? { end: answer.end, tokens: answer.tokens } : {}),
          ...(failure ? { failure: failure.message } : {}),
          isChosen: chosen === model.digest,
        };
      }),
    };
  }

  /** Counts a choice once. `at`: the place of the answer; undefined: none is better. */
  async choose(id: string, at: number | undefined): Promise<void> {
    const found = this.#all.get(id);
    const chosen = at === undefined ? null : found?.models[at]?.digest;
    if (!found?.isBlind || !found.isDone || found.chosen !== undefined || chosen === undefined) return;
    found.chosen = chosen;
    const models = found.models.map(({ name, digest }) => ({ name, digest }));
    const choice: Choice = { at: new Date().toISOString(), question: found.question, models, chosen };
    const file = join(this.#home.root, 'comparisons', 'choices.jsonl');
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, `${JSON.stringify(choice)}\n`);
    found.tally = tallyOf(
      await readJsonLines<Choice>(file),
      models.map(({ digest }) => digest),
    );
  }

  /** Ends what is still being asked. */
  close(): void {
    this.#stop.abort();
  }
}
