import { definitionOf } from '../../kinds/registry.ts';
import type { Finding, FindingProblem, Level } from '../finding.ts';
import { type FileFacts, type Known, optionsOf, placeOf, textOption } from '../known.ts';
import { rowSourcesOf } from '../row-sources.ts';

/** Finds files of rows that hold none, something else, or rows of a shape that nobody reads. */
export function findUnreadableRows(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const { exam, furtherQuestions, skipsBadRows } = definitionOf(step.uses) ?? {};
    const questions = [exam?.option, furtherQuestions].flatMap((option) => {
      const source = option === undefined ? undefined : textOption(step, option);
      return option === undefined || source === undefined ? [] : [{ source, option: [option], isMapped: false }];
    });
    return [...rowSourcesOf(step), ...questions].flatMap(({ source, option, isMapped }): Finding[] => {
      const facts = known.files.get(source);
      if (!facts) return [];
      const problem = problemOf(
        source,
        isMapped ? withoutKeys(facts) : facts,
        skipsBadRows?.(optionsOf(step)) ?? false,
      );
      return problem ? [{ ...problem, place: placeOf(step, option) }] : [];
    });
  });
}

/** What the keys mean is the step's to say, and is checked where the rows are read. */
const withoutKeys = ({ foreignKeys: _, ...facts }: FileFacts): FileFacts => facts;

function problemOf(
  file: string,
  { kind, stranger, foreignKeys }: FileFacts,
  skips: boolean,
): (FindingProblem & { level?: Level }) | undefined {
  if (kind === 'folder') return { code: 'NOT_ROWS', reason: 'folder-for-rows', facts: { file } };
  if (stranger === 'empty') return { code: 'BAD_DATA', reason: 'empty-file', facts: { file }, level: 'not-yet' };
  if (stranger !== undefined) return { code: 'NOT_ROWS', reason: 'stranger-for-rows', facts: { file, is: stranger } };
  if (!foreignKeys) return undefined;
  const problem = { code: 'BAD_DATA', reason: 'foreign-rows', facts: { file, keys: foreignKeys } } as const;
  // Later rows may have another shape; with `on_bad_row: skip` the first ones are then left out.
  return skips ? { ...problem, level: 'warning' } : problem;
}
