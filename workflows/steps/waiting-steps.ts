import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { RunState, StepState, WaitsFor } from '../../core/run/run-state.ts';
import { type Saying, wordUpdates } from '../messages.ts';

export type Word = WaitsFor['words'][number];

/** What a person said to a step. */
export interface Answer {
  word: Word;
  by: string;
  comment: string;
}

type During = (wait: () => Promise<void>) => Promise<void>;

const argument =
  'Argument (JSON, may be left out): { "step": id of the step, where several wait; "comment": text for the record; "by": who says so }.';
const descriptions: Readonly<Record<Word, string>> = {
  approve: `Approve the step that waits for it; the run goes on. ${argument}`,
  reject: `Reject: the step that waits for an approval fails. ${argument}`,
  retry: `Have a step that has failed, and waits, run again from its last checkpoint. ${argument}`,
  skip: `Let a step that has failed, and waits, end as skipped; what depends on it is skipped too. ${argument}`,
};
const longest = { step: 200, comment: 2000, by: 200 };

/** Any other error would fail the workflow's task, were it thrown by the handler itself. */
const refusal = (message: string) => ApplicationFailure.nonRetryable(message, 'REFUSED');

/** Steps that wait for a word of a person, and the updates by which the words come. */
export class WaitingSteps {
  readonly #runId: string;
  readonly #steps: RunState['steps'];
  readonly #begun: (step: string) => void;
  readonly #during: During;
  readonly #answers = new Map<string, Answer>();

  /** `begun` is called when a step begins to wait; `during` does the waiting. */
  constructor(runId: string, steps: RunState['steps'], begun: (step: string) => void, during: During) {
    this.#runId = runId;
    this.#steps = steps;
    this.#begun = begun;
    this.#during = during;
    for (const word of Object.keys(descriptions) as Word[])
      setHandler(wordUpdates[word], (saying?: Saying) => this.#take(word, saying ?? {}), {
        validator: (saying?: Saying) => {
          this.#stepFor(word, saying ?? {});
        },
        description: descriptions[word],
      });
  }

  /** Resolves with what is said to the step, with undefined when `ms` have passed in silence; rejects when the run is cancelled. */
  async ask(id: string, asked: Omit<WaitsFor, 'type' | 'since'>, ms?: number): Promise<Answer | undefined> {
    const entry: StepState = this.#steps[id]!;
    const type = asked.words.map((word) => `npx temper ${word} ${this.#runId} --step ${id}`);
    entry.state = 'waiting';
    const since = Date.now();
    entry.waitsFor = { ...asked, type, since, ...(ms === undefined ? {} : { until: since + ms }) };
    this.#begun(id);
    try {
      const isAnswered = () => this.#answers.has(id);
      await this.#during(async () => {
        if (ms === undefined) await condition(isAnswered);
        else await condition(isAnswered, ms, { summary: `${id} waits for a person` });
      });
      return this.#answers.get(id);
    } finally {
      this.#answers.delete(id);
      delete entry.waitsFor;
    }
  }

  #take(word: Word, saying: Saying): string {
    const id = this.#stepFor(word, saying);
    const by = saying.by?.trim() || 'somebody through Temporal';
    this.#answers.set(id, { word, by, comment: saying.comment?.trim() ?? '' });
    return `${id}: ${word} (${by})`;
  }

  /** Throws, in words for the person, where the word fits no step that waits. */
  #stepFor(word: Word, saying: Saying): string {
    checkSaying(saying);
    const { step } = saying;
    const waiting = Object.entries(this.#steps).filter(([id, { waitsFor }]) => waitsFor && !this.#answers.has(id));
    const fitting = waiting.flatMap(([id, { waitsFor }]) => (waitsFor!.words.includes(word) ? [id] : []));
    if (fitting.length === 0) throw refusal(`no step of ${this.#runId} waits for \`${word}\`${others(waiting, word)}`);
    if (step === undefined && fitting.length === 1) return fitting[0]!;
    const which = `waiting for it: ${fitting.join(', ')}`;
    if (step === undefined) throw refusal(`several steps of ${this.#runId} wait; name one by its id; ${which}`);
    if (!fitting.includes(step)) throw refusal(`the step "${step}" does not wait for \`${word}\`; ${which}`);
    return step;
  }
}

function others(waiting: readonly (readonly [string, StepState])[], word: Word): string {
  if (waiting.length > 0)
    return `; ${waiting.map(([id, { waitsFor }]) => `${id} waits for ${waitsFor!.words.join(' or ')}`).join('; ')}`;
  return word === 'retry' || word === 'skip' ? '; `temper resume` is for paused and closed runs' : '';
}

/** What comes from Temporal's pages or a script may be anything. */
function checkSaying(saying: unknown): asserts saying is Saying {
  const known = Object.keys(longest) as (keyof Saying)[];
  if (typeof saying !== 'object' || saying === null || Array.isArray(saying))
    throw refusal('the argument must be a JSON object such as { "comment": "why" }, or be left out');
  for (const [key, value] of Object.entries(saying)) {
    const most = known.includes(key as keyof Saying) ? longest[key as keyof Saying] : undefined;
    if (most === undefined)
      throw refusal(`the argument has no key "${key.slice(0, 80)}"; it may have: ${known.join(', ')}`);
    if (typeof value !== 'string' || value.length > most)
      throw refusal(`"${key}" must be text of at most ${most} characters`);
  }
}

/** How a step that waits is told in Temporal's pages. */
export const waitsForLines = ({ waitsFor }: StepState): string[] =>
  waitsFor
    ? [
        `  - **waits for you**: ${waitsFor.about}`,
        ...(waitsFor.verdicts ?? []).map((verdict) => `  - ${verdict}`),
        ...waitsFor.type.map((command) => `  - \`${command}\``),
        `  - or here, by the update ${waitsFor.words.map((word) => `\`${word}\``).join(' or ')}`,
      ]
    : [];
