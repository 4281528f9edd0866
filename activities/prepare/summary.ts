import { plural } from '../../core/words/plural.ts';
import { countedWords, rowFindingWords } from '../../core/words/row-findings.ts';
import type { Outputs } from '../../protocol/trainer/outputs.ts';

const maxKeysNamed = 8;

/** What `prepare` made, in one line. */
export function preparedSummary({
  rows,
  train_rows,
  eval_rows,
  dropped,
  unused_keys,
  same_answers,
  finding_rows,
  sources,
}: Outputs<'prepare'>): string {
  const counts = Object.entries(dropped).filter(([, count]) => count > 0);
  return [
    `${plural(rows, 'row')}: ${train_rows} to train on, ${eval_rows} to evaluate`,
    ...named(
      'left out',
      counts.map(([reason, count]) => `${count} ${reason}`),
    ),
    ...(same_answers.length > 0
      ? [`${plural(same_answers.length, 'row')} with the answer of a question of the exam`]
      : []),
    ...named(
      'learned of each file',
      Object.entries(sources).map(
        ([name, { kept, learned }]) => `${name} ${kept === learned ? kept : `${kept} as ${learned}`}`,
      ),
    ),
    ...named('rows to look at', countedWords(finding_rows)),
    ...named('keys not read', unusedKeys(unused_keys)),
  ].join('; ');
}

const named = (what: string, items: readonly string[]): string[] =>
  items.length > 0 ? [`${what}: ${items.join(', ')}`] : [];

function unusedKeys(counts: Readonly<Record<string, number>>): string[] {
  const keys = Object.entries(counts).map(([key, count]) => `"${key}" (${plural(count, 'row')})`);
  const more = keys.length - maxKeysNamed;
  return more > 0 ? [...keys.slice(0, maxKeysNamed), `${more} more`] : keys;
}

/** The rows that a person should know of, one per line, for the step's log. */
export const rowLines = ({ leaks, same_answers, findings }: Outputs<'prepare'>): string[] => [
  ...leaks.map(
    ({ row, question, similarity }) =>
      `${row} ${similarity === 1 ? 'asks' : `nearly asks (similarity ${similarity.toFixed(2)})`} ${question}; it is left out`,
  ),
  ...same_answers.map(
    ({ row, question, similarity }) =>
      `${row} has the answer of ${question} (similarity ${similarity.toFixed(2)}); it is learned`,
  ),
  ...findings.map(rowFindingWords),
];
