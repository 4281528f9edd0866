import type { Tally } from '../../core/comparison/choices.ts';
import { markDifferences } from '../../core/comparison/mark-differences.ts';
import { useWords } from '../words/words.ts';
import { AddRow, Answer, type ShownAnswer } from './answer.tsx';

export interface ShownComparison {
  id: string;
  question: string;
  isBlind: boolean;
  isDone: boolean;
  isRevealed: boolean;
  maxTokens: number;
  /** As the person has named the models; the next question is asked of the same. */
  words: readonly string[];
  answers: readonly ShownAnswer[];
  tally?: Tally;
  /** Files of rows that an answer can be added to. */
  rowsFiles: readonly string[];
  isOfExam: boolean;
  added?: { file: string; line: number };
}

/** What can be asked: of a run, also the questions of its exam. */
export interface Askable {
  words: readonly string[];
  questions: readonly string[];
}

interface FormProps extends Askable {
  base: string;
  isBlind?: boolean;
}

/** A question to two, three or four models. It asks nothing before it is sent. */
export function AskForm({ base, words, questions, isBlind = false }: FormProps) {
  const { compare } = useWords();
  return (
    <form id="ask" class="ask" method="post" action={`${base}/compare`}>
      <label>
        {compare.models}
        <input name="of" required value={words.join(' ')} autocomplete="off" spellcheck={false} />
      </label>
      <label>
        {compare.question}
        <textarea name="question" rows={3} maxlength={8000} />
      </label>
      <label class="check">
        <input type="checkbox" name="blind" value="yes" checked={isBlind} /> {compare.blind}
      </label>
      <button type="submit">{compare.ask}</button>
      {questions.length > 0 && (
        <details>
          <summary>{compare.exam}</summary>
          {questions.map((question) => (
            <button class="plain" type="submit" name="exam" value={question}>
              {question}
            </button>
          ))}
        </details>
      )}
    </form>
  );
}

/** A first question, or one that could not be asked. */
export function NewQuestion({ message, hint, ...form }: FormProps & { message?: string; hint?: string | undefined }) {
  const { compare } = useWords();
  return (
    <>
      <h1 id="title">{compare.title}</h1>
      {message !== undefined && <p class="warn">{message}</p>}
      {hint !== undefined && <p class="dim">{hint}</p>}
      <AskForm {...form} />
    </>
  );
}

interface CompareProps extends Pick<FormProps, 'base' | 'questions'> {
  comparison: ShownComparison;
}

/** The answers side by side: as they come, and at the end with the words marked that differ from the first. */
export function ComparePage({ comparison, base, questions }: CompareProps) {
  const { compare } = useWords();
  const { question, answers, isDone, isBlind, isRevealed, tally, id } = comparison;
  const whole = answers.map(({ state, text }) => (state === 'done' ? text : ''));
  const marked = isDone && whole.every((text) => text.trim() !== '') ? markDifferences(whole) : undefined;
  return (
    <>
      <h1 id="title">{compare.title}</h1>
      <p id="question" class="asked">
        {question}
      </p>
      <div id="answers" class="answers">
        {answers.map((answer, at) => (
          <Answer answer={answer} letter={letterOf(at)} stretches={marked?.[at]} maxTokens={comparison.maxTokens}>
            {isDone && !comparison.added && (
              <AddRow answer={answer} at={at} files={comparison.rowsFiles} to={`${base}/compare/${id}/rows`} />
            )}
          </Answer>
        ))}
      </div>
      {isBlind && isDone && !isRevealed && (
        <form id="choice" method="post" action={`${base}/compare/${id}/choice`}>
          <p>{compare.choose}</p>
          <div class="actions">
            {answers.map((_, at) => (
              <button type="submit" name="at" value={at}>
                {letterOf(at)}
              </button>
            ))}
            <button type="submit" name="at" value="none">
              {compare.none}
            </button>
          </div>
        </form>
      )}
      {tally && (
        <p id="tally">
          {compare.tally(
            answers.map(({ name = '' }, at) => [name, tally.wins[at] ?? 0]),
            tally.ties,
          )}
        </p>
      )}
      {comparison.added && (
        <p id="added" class="good">
          {compare.rows.added(comparison.added.file, comparison.added.line)}
        </p>
      )}
      {isRevealed && isDone && comparison.isOfExam && comparison.rowsFiles.length > 0 && (
        <p id="of-exam" class="dim">
          {compare.rows.ofExam}
        </p>
      )}
      {isRevealed && isDone && <AskForm base={base} words={comparison.words} questions={questions} isBlind={isBlind} />}
    </>
  );
}

/** In place of the name of a model that is not to be known. */
const letterOf = (at: number): string => 'ABCD'[at] ?? `${at + 1}`;
