import type { Got, Shown } from '../../language/problems.ts';
import type { Wanted } from '../../language/wanted.ts';
import { joined } from './said.ts';

const types = {
  string: ['', 'text'],
  number: ['a ', 'number'],
  integer: ['a ', 'whole number'],
  boolean: ['', 'true or false'],
  array: ['a ', 'list'],
  null: ['', 'null'],
  other: ['', 'something else'],
} as const;

/** What a value may be, in words that follow "must be"; in tables without articles. */
export function wantedWords(wanted: readonly Wanted[], { articles = true } = {}): string {
  const [first] = wanted;
  if (wanted.length === 1 && first && 'values' in first && first.values.length > 1)
    return `one of ${first.values.join(', ')}`;
  const one = (each: Wanted): readonly string[] => {
    if ('values' in each) return each.values;
    const [article, noun] = nounOf(each);
    return [articles ? article + noun : noun];
  };
  return joined(wanted.flatMap(one), 'or');
}

function nounOf(wanted: Exclude<Wanted, { values: readonly string[] }>): readonly [string, string] {
  if ('artifact' in wanted) return ['an ', wanted.artifact === 'any' ? 'artifact' : `artifact (${wanted.artifact})`];
  if (wanted.type !== 'object') return types[wanted.type];
  return ['a ', wanted.key === undefined ? 'map' : `map with \`${wanted.key}\``];
}

export function shownWords(shown: Shown): string {
  if ('is' in shown) return `a ${shown.is}`;
  const { value } = shown;
  return value === null ? 'nothing' : typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** `, got "x"`, behind what was wanted. */
export function gotWords({ got, evaluated }: Got): string {
  if ('value' in got && got.value === null) return ', but it is empty';
  return `, ${evaluated ? 'but the expression gives' : 'got'} ${shownWords(got)}`;
}
