import type { Dataset } from '../../core/report/learned.ts';
import type { MeasuredRow } from '../../core/report/row-lengths.ts';
import { useWords } from '../words/words.ts';
import { FactList } from './fact-list.tsx';

/** A dataset: what `prepare` counted, and its shortest and longest rows, among which bad rows mostly are. */
export function DatasetPart({ dataset }: { dataset: Dataset }) {
  const { data: words, format } = useWords();
  const { step, summary, rows, trainRows, evalRows, tokens } = dataset;
  const count = (value: number | undefined) => (value === undefined ? undefined : format.number(value));
  const { duplicate = 0, bad = 0 } = summary?.dropped ?? {};
  return (
    <section class="dataset">
      <h3>{step}</h3>
      <FactList
        facts={[
          [words.source, summary?.source],
          [words.train, count(trainRows)],
          [words.eval, count(evalRows)],
          [words.tokens, tokens ? count(tokens) : undefined],
          [words.duplicates, duplicate > 0 ? count(duplicate) : undefined],
          [words.bad, bad > 0 ? count(bad) : undefined],
          [words.median, rows && words.characters(rows.median)],
          [words.most, rows && words.characters(rows.most)],
          [words.repeated, rows && rows.repeatedAnswers > 0 ? count(rows.repeatedAnswers) : undefined],
        ]}
      />
      {rows ? (
        <>
          <Rows title={words.shortest(rows.shortest.length)} rows={rows.shortest} />
          <Rows title={words.longest(rows.longest.length)} rows={rows.longest} />
        </>
      ) : (
        <p class="dim">{words.gone}</p>
      )}
    </section>
  );
}

const Rows = ({ title, rows }: { title: string; rows: readonly MeasuredRow[] }) => {
  const { data: words, format } = useWords();
  return (
    <details>
      <summary>{title}</summary>
      <div class="wide">
        <table class="rows">
          <thead>
            <tr>
              <th>{words.place}</th>
              <th class="number">{words.length}</th>
              <th>{words.row}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ part, line, length, messages }) => (
              <tr>
                <td class="nowrap">
                  {words.parts[part]} {line}
                </td>
                <td class="number">{format.number(length)}</td>
                <td>
                  {messages.map(({ role, content }) => (
                    <p class="message">
                      <b>{role}</b> {shortened(content)}
                    </p>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
};

/** Enough to recognize a row; a report of long chats would otherwise grow by megabytes. */
const maxShown = 600;
const shortened = (text: string) => {
  const all = [...text];
  return all.length > maxShown ? `${all.slice(0, maxShown).join('')} …` : text;
};
