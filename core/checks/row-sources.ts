import { isRecord } from '../json.ts';
import { definitionOf, rowsOptionOf } from '../kinds/registry.ts';
import { hasExpression } from '../language/expression/parse.ts';
import { type KnownStep, optionsOf } from './known.ts';

/** A file of rows that a step reads, or a dataset of the Hub. */
export interface RowSource {
  source: string;
  /** The place of its name in the step's options. */
  option: readonly string[];
  /** How often each of its rows is learned in an epoch. */
  weight: number;
  /** It has a map of its keys, so the usual names are not needed. */
  isMapped: boolean;
}

/** The rows that a step reads: its own, and the files that it mixes in. Those that only the run knows are left out. */
export function rowSourcesOf(step: KnownStep): RowSource[] {
  const { keysOption = '', mixOption = '' } = definitionOf(step.uses) ?? {};
  const own = rowsOptionOf(step.uses, step.with);
  const options = optionsOf(step);
  const mixed = options[mixOption];
  return [
    ...(own === undefined ? [] : sourceIn(options, [], own, keysOption)),
    ...(isRecord(mixed) ? Object.entries(mixed) : []).flatMap(([name, file]) =>
      isRecord(file) ? sourceIn(file, [mixOption, name], 'source', keysOption) : [],
    ),
  ];
}

function sourceIn(
  options: Readonly<Record<string, unknown>>,
  path: readonly string[],
  name: string,
  keysOption: string,
): RowSource[] {
  const { [name]: source, [keysOption]: keys, weight } = options;
  if (typeof source !== 'string' || hasExpression(source)) return [];
  const isMapped = keys !== undefined;
  return [{ source, option: [...path, name], weight: typeof weight === 'number' ? weight : 1, isMapped }];
}
