import { type Style, styleOf } from '../../../core/style/style.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import type { Question } from '../questions/questions.ts';
import { samplesOf } from '../scores/samples.ts';
import { row } from './markdown-table.ts';

/** How the answers of each side are written, and the references. */
export type Styles = Readonly<Partial<Record<string, Style>>>;

export function stylesOf(questions: readonly Question[], answers: Given<readonly Answer[]>): Styles {
  const of = (given: readonly Answer[]) =>
    styleOf(
      given.flatMap((answer, at) => {
        const { references } = questions[at]!;
        return samplesOf(answer).map(({ text, tokens, end }) => ({ text, tokens, references, isLoop: end === 'loop' }));
      }),
    );
  const references = styleOf(questions.flatMap(({ references: [text = ''] }) => [{ text, references: [] }]));
  const all = { ...(references ? { reference: references } : {}), ...bySide(answers, of) };
  return Object.fromEntries(Object.entries(all).filter(([, style]) => style));
}

type Given<T> = Readonly<Partial<Record<(typeof sides)[number], T>>>;
const sides = ['before', 'production', 'after'] as const;

const bySide = <T, R>(all: Given<T>, value: (each: T) => R) =>
  Object.fromEntries(sides.flatMap((side) => (all[side] ? [[side, value(all[side])] as const] : [])));

/** A table of the styles; nothing where no answer has a text. */
export function styleTable(styles: Styles): string[] {
  const columns = Object.keys(styles);
  if (columns.length === 0) return [];
  const line = (name: string, value: (style: Style) => number | undefined, digits: number) => {
    const cells = columns.map((side) => value(styles[side]!)?.toFixed(digits) ?? '–');
    return cells.every((each) => each === '–') ? [] : [row([name, ...cells])];
  };
  return [
    row(['style of the answers', ...columns]),
    row(['---', ...columns.map(() => '---')]),
    ...line('characters, median', ({ characters }) => characters, 0),
    ...line('tokens, median', ({ tokens }) => tokens, 0),
    ...line('different pairs of words', ({ distinct }) => distinct, 2),
    ...line('laid out as a reference', ({ format }) => format, 2),
    ...line('in the script of a reference', ({ script }) => script, 2),
    ...line('in a loop', ({ loops }) => loops, 2),
    '',
  ];
}
