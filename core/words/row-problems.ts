import type { RowProblem } from '../documents/row-problem.ts';

/** Numbers of an answer that are named; a long list says no more. */
export const maxNumbersNamed = 5;

/** Why a row that a model wrote is not used. A sentence of an older review file stays as it is. */
export function rowProblemWords(problem: RowProblem | string): string {
  if (typeof problem === 'string') return problem;
  const { code, facts } = problem;
  switch (code) {
    case 'empty':
      return 'the question or the answer is empty';
    case 'points_at_text':
      return `the question points at the text: "${facts.words}"`;
    case 'no_answer':
      return 'the answer says that there is none';
    case 'echo':
      return 'the answer repeats the question';
    case 'unsupported':
      return `${Math.round(100 * facts.support)} % of the answer stands in the text, less than ${Math.round(100 * facts.least)} %`;
    case 'strange_number':
      return `not in the text: ${facts.numbers.slice(0, maxNumbersNamed).join(', ')}`;
    case 'not_answerable':
      return 'the writer, asked again, says that the text does not answer it';
    case 'too_many':
      return `more than ${facts.most} rows of one part`;
    case 'duplicate':
      return `asks the same as row ${facts.of}`;
  }
}
