import type { Dataset } from '../../core/report/learned.ts';
import type { MeasuredRow } from '../../core/report/row-lengths.ts';
import { useWords } from '../words/words.ts';
import { FactList } from './fact-list.tsx';
import { RowFindings } from './row-findings.tsx';

/** A dataset: what `prepare` counted, and its shortest and longest rows, among which bad rows mostly are. */
export function DatasetPart({ dataset }: { dataset: Dataset }) {
  const { data: words, rowFacts, format } = useWords();
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
          [rowFacts.lengths, lengthsOf(summary, rowFacts)],
          [rowFacts.learned, summary?.learned_share === undefined ? undefined : rowFacts.share(summary.learned_share)],
          [rowFacts.languages, languagesOf(summary, rowFacts)],
          [words.repeated, rows && rows.repeatedAnswers > 0 ? count(rows.repeatedAnswers) : undefined],
        ]}
      />
      {summary ? <RowFindings facts={summary} /> : null}
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

type Summary = Dataset['summary'];
type RowWords = ReturnType<typeof useWords>['rowFacts'];

const lengthsOf = (summary: Summary, words: RowWords) =>
  summary?.median_row_tokens === undefined || summary.longest_row_tokens === undefined
    ? undefined
    : words.lengthsOf(summary.median_row_tokens, summary.longest_row_tokens, summary.tokens_counted_by === 'estimate');

const maxLanguages = 5;
const languagesOf = (summary: Summary, words: RowWords) => {
  const languages = Object.entries(summary?.languages ?? {}).sort(([, a], [, b]) => b - a);
  if (languages.length === 0) return undefined;
  return languages
    .slice(0, maxLanguages)
    .map(([code, rows]) => words.language(code, rows))
    .join(words.between);
};

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
