import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { StepFailure } from '../../core/errors/catalogue.ts';
import type { StepState, WaitsFor, Word } from '../../core/run/run-state.ts';
import { askPerson } from '../../core/run/step-transitions.ts';
import type { PersonAnswer } from '../../protocol/message-schemas.ts';
import { maxAnswerLength, words } from '../../protocol/messages.ts';
import { wordUpdate } from '../messages.ts';
import type { CurrentRun } from '../run/current-run.ts';

/** What a person answered to a step. */
export interface Answer {
  word: Word;
  by: string;
  comment: string;
}

export type Question = Omit<WaitsFor, 'type' | 'since' | 'until'>;

const argument =
  'Argument (JSON, optional): { "step": id of the step, needed if several wait; "comment": text for the record; "by": your name }.';
const descriptions: Readonly<Record<Word, string>> = {
  approve: `Approve the step that waits for approval; the run continues. ${argument}`,
  reject: `Reject the step that waits for approval; it fails. ${argument}`,
  retry: `Run a failed step that waits again, from its last checkpoint. ${argument}`,
  skip: `End a failed step that waits as skipped; steps that depend on it are skipped too. ${argument}`,
};

/** An error of any other kind, thrown by a handler, would fail the workflow task. */
const refusal = (message: string) => ApplicationFailure.nonRetryable(message, 'REFUSED');

interface Surroundings {
  /** Is told that a step has begun to wait. */
  notifications: { begun(step: string): void };
  /** Keeps the execution open while a step waits: a new execution would ask the person once more. */
  history: { keepOpen<T>(work: () => Promise<T>): Promise<T> };
}

/** Steps that wait for a person, and the updates that bring the answers. */
export class WaitingSteps {
  readonly #run: CurrentRun;
  readonly #surroundings: Surroundings;
  readonly #answers = new Map<string, Answer>();

  constructor(run: CurrentRun, surroundings: Surroundings) {
    this.#run = run;
    this.#surroundings = surroundings;
    for (const word of words)
      setHandler(wordUpdate(word), (answer?: PersonAnswer) => this.#take(word, answer ?? {}), {
        validator: (answer?: PersonAnswer) => {
          this.#stepFor(word, answer ?? {});
        },
        description: descriptions[word],
      });
  }

  /** Returns the person's answer, or undefined after `ms` of silence; rejects when the run is cancelled. */
  async ask(
    id: string,
    question: Question,
    { ms, failure }: { ms?: number | undefined; failure?: StepFailure } = {},
  ): Promise<Answer | undefined> {
    const run = this.#run;
    const { notifications, history } = this.#surroundings;
    const type = question.words.map((word) => `npx temper ${word} ${run.id} --step ${id}`);
    const since = Date.now();
    const waitsFor = { ...question, type, since, ...(ms === undefined ? {} : { until: since + ms }) };
    run.write(id, askPerson(run.step(id), waitsFor, failure), { isUrgent: true });
    notifications.begun(id);
    try {
      const isAnswered = () => this.#answers.has(id);
      await history.keepOpen(async () => {
        if (ms === undefined) await condition(isAnswered);
        else await condition(isAnswered, ms, { summary: `${id} waits for a person` });
      });
      return this.#answers.get(id);
    } finally {
      this.#answers.delete(id);
      const { waitsFor: _, ...step } = run.step(id);
      run.write(id, step as StepState);
    }
  }

  #take(word: Word, answer: PersonAnswer): string {
    const id = this.#stepFor(word, answer);
    const by = answer.by?.trim() || 'somebody through Temporal';
    this.#answers.set(id, { word, by, comment: answer.comment?.trim() ?? '' });
    return `${id}: ${word} (${by})`;
  }

  /** Returns the step that is meant; throws a refusal for the person if the word fits no step that waits. */
  #stepFor(word: Word, answer: PersonAnswer): string {
    checkAnswer(answer);
    const { step } = answer;
    const { id: runId, state } = this.#run;
    const waiting = Object.entries(state.steps).flatMap(([id, { waitsFor }]) =>
      waitsFor && !this.#answers.has(id) ? [{ id, words: waitsFor.words }] : [],
    );
    const fitting = waiting.filter((each) => each.words.includes(word)).map(({ id }) => id);
    if (fitting.length === 0) throw refusal(`no step of ${runId} waits for \`${word}\`${otherWords(waiting, word)}`);
    if (step === undefined && fitting.length === 1) return fitting[0]!;
    const which = `waiting for it: ${fitting.join(', ')}`;
    if (step === undefined) throw refusal(`several steps of ${runId} wait; name one by its id; ${which}`);
    if (!fitting.includes(step)) throw refusal(`the step "${step}" does not wait for \`${word}\`; ${which}`);
    return step;
  }
}

function otherWords(waiting: readonly { id: string; words: readonly Word[] }[], word: Word): string {
  if (waiting.length > 0)
    return `; ${waiting.map((each) => `${each.id} waits for ${each.words.join(' or ')}`).join('; ')}`;
  return word === 'retry' || word === 'skip' ? '; `temper resume` is for paused and closed runs' : '';
}

/**
 * Checks what Temporal's pages or a script send, which may be anything. By hand, since a zod schema would bring about 1 MB
 * into the workflow bundle.
 */
function checkAnswer(answer: unknown): asserts answer is PersonAnswer {
  const known = Object.keys(maxAnswerLength) as (keyof PersonAnswer)[];
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw refusal('the argument must be a JSON object such as { "comment": "why" }, or be left out');
  for (const [key, value] of Object.entries(answer)) {
    const name = known.find((each) => each === key);
    if (name === undefined)
      throw refusal(`the argument has no key "${key.slice(0, 80)}"; it may have: ${known.join(', ')}`);
    if (typeof value !== 'string' || value.length > maxAnswerLength[name])
      throw refusal(`"${key}" must be text of at most ${maxAnswerLength[name]} characters`);
  }
}
