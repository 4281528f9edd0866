import type { ComponentChildren } from 'preact';
import type { Stretch } from '../../core/comparison/mark-differences.ts';
import { Marked } from '../parts/marked.tsx';
import { useWords } from '../words/words.ts';
import { Action } from './action.tsx';

export interface ShownAnswer {
  /** Absent where the models are not to be known yet. */
  name?: string;
  role?: 'before' | 'after' | 'production' | 'named';
  state: 'loading' | 'thinking' | 'answering' | 'done' | 'failed';
  text: string;
  thoughts: string;
  end?: string;
  tokens?: number;
  failure?: string;
  isChosen: boolean;
  /** Adds the answer to the first file of rows; absent where it cannot be added. */
  addingCommand?: string;
}

interface AnswerProps {
  answer: ShownAnswer;
  letter: string;
  stretches: readonly Stretch[] | undefined;
  maxTokens: number;
  children: ComponentChildren;
}

/** One answer: as it comes, then with the words that only it has. */
export function Answer({ answer, letter, stretches, maxTokens, children }: AnswerProps) {
  const { compare, exam } = useWords();
  const { name, role, state, text, thoughts, end, tokens, failure, isChosen } = answer;
  const why = exam.ends[end as keyof typeof exam.ends]?.(maxTokens);
  return (
    <div class={`answer ${role === 'after' ? 'after' : ''}`}>
      <h2>
        {name ?? letter}
        {isChosen && <span class="tag better">{compare.chosen}</span>}
      </h2>
      {role !== undefined && role !== 'named' && <p class="dim">{exam.sides[role]}</p>}
      {thoughts.trim() !== '' && <p class="text dim">{thoughts.trim()}</p>}
      <p class="text">
        {stretches ? <Marked stretches={stretches} /> : text}
        {state === 'done' && text.trim() === '' && <em>{exam.empty}</em>}
        {why && <em> ({why})</em>}
      </p>
      {failure !== undefined && <p class="warn">{failure}</p>}
      {(state === 'loading' || state === 'thinking') && <p class="dim">{compare.states[state]}</p>}
      {tokens !== undefined && <p class="dim">{compare.tokens(tokens)}</p>}
      {children}
    </div>
  );
}

interface AddRowProps {
  answer: ShownAnswer;
  at: number;
  files: readonly string[];
  to: string;
}

/** What the next run is to learn: the question with this answer, which a person can correct first. */
export function AddRow({ answer: { text, addingCommand }, at, files, to }: AddRowProps) {
  const { compare } = useWords();
  if (addingCommand === undefined) return null;
  const { rows } = compare;
  return (
    <Action label={rows.add} to={to} sends={{ at: `${at}` }} command={addingCommand} does={rows.does}>
      {files.length === 1 ? (
        <p class="code">
          <input type="hidden" name="file" value={files[0]} />
          {files[0]}
        </p>
      ) : (
        <label>
          {rows.file}
          <select name="file">
            {files.map((file) => (
              <option value={file}>{file}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        {rows.answer}
        <textarea name="answer" rows={4}>
          {text.trim()}
        </textarea>
      </label>
    </Action>
  );
}
