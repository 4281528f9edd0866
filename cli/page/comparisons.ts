import { randomBytes } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Choice, shuffled, type Tally, tallyOf } from '../../core/comparison/choices.ts';
import type { ShownAnswer } from '../../page/app/answer.tsx';
import type { ShownComparison } from '../../page/app/compare.tsx';
import type { Home } from '../../services/machine/home.ts';
import { askTogether, type Said } from '../../services/ollama/ask-together.ts';
import { readJsonLines } from '../../services/runs/attempt-ledger.ts';
import { readExams } from '../../services/runs/exams.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import type { ComparedModel } from '../comparison/compared.ts';
import { findCompared } from '../comparison/find-compared.ts';
import { addingCommand, addRow, type RowsFile, rowsFilesOf } from '../comparison/rows-of-run.ts';
import { stateOf } from '../runs/resolve-state.ts';
import type { Session } from '../runs/session.ts';
import { UserError } from '../user-error.ts';

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
  rows: Rows;
  added?: { at: number; file: string; line: number };
}

/** Where an answer can be added as a row. */
interface Rows {
  files: readonly RowsFile[];
  /** A question of an exam must not be learned: it would judge nothing any more. */
  isOfExam: boolean;
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
      rows: await this.#rowsFor(question, [...new Set(models.flatMap(({ run }) => run ?? []))]),
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
    const { words, question, models, said, maxTokens, isBlind, isDone, chosen, tally, rows, added } = found;
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
      ...(added ? { added } : {}),
      isOfExam: rows.isOfExam,
      rowsFiles: rows.files.map(({ path }) => path),
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
          // A blind choice comes first, and the shortest way is the command for the first file.
          ...(answer && isRevealed && rows.files[0] && !rows.isOfExam
            ? { addingCommand: addingCommand(rows.files[0], question, text.trim()) }
            : {}),
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

  /** Adds the question with an answer, perhaps corrected, to a file of rows of the run. Throws UserError if nothing was added. */
  async addRow(id: string, { at, file, answer }: { at: number; file: string; answer: string }): Promise<void> {
    const found = this.#all.get(id);
    const known = found?.rows.files.find(({ path }) => path === file);
    if (!found || !known || found.rows.isOfExam || found.added || !found.models[at])
      throw new UserError('this answer cannot be added', { hint: 'ask the question again', exitCode: 1 });
    if (answer.trim() === '')
      throw new UserError('an empty answer teaches nothing', { hint: 'write one', exitCode: 1 });
    // Before the write: a second click must not add it twice.
    found.added = { at, file, line: 0 };
    try {
      found.added.line = await addRow(file, found.question, answer.trim());
    } catch (error) {
      delete found.added;
      throw error;
    }
  }

  async #rowsFor(question: string, runs: readonly string[]): Promise<Rows> {
    const files: RowsFile[] = [];
    let isOfExam = false;
    for (const run of runs) {
      files.push(...(await rowsFilesOf(this.#home, run)));
      const exams = await readExams(
        new ArtifactStore(this.#home.store),
        await stateOf(this.#home, await this.#session(), run),
      );
      isOfExam ||= exams.some(({ report }) => report?.questions.some((each) => isSame(each.question, question)));
    }
    return { files: files.filter(({ path }, at) => files.findIndex((each) => each.path === path) === at), isOfExam };
  }

  /** Ends what is still being asked. */
  close(): void {
    this.#stop.abort();
  }
}

/** Spaces and letter case do not make another question. */
const isSame = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (text: string) => text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
