import { isList, itemOf, type Type } from '../../language/expression/types.ts';

const scalars: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  unknown: 'a value of another type',
};

/** A type of the expression language, with its article. */
export function typeWords(type: Type): string {
  if (!isList(type)) return scalars[type] ?? `an artifact (${type})`;
  return itemOf(type) === 'unknown' ? 'a list' : `a list (${itemOf(type)})`;
}
