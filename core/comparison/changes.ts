import type { Json } from '../handles.ts';
import { isRecord } from '../json.ts';

/** A value that differs. `before` or `after` is absent where only one side has it. */
export interface Change {
  name: string;
  before?: string;
  after?: string;
}

/** Lists options as dotted paths with their values: `lora.r`, `16`. */
export function flatten(value: Json, prefix = ''): [string, string][] {
  if (isRecord(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner as Json, prefix ? `${prefix}.${key}` : key));
  }
  return prefix ? [[prefix, typeof value === 'string' ? value : JSON.stringify(value)]] : [];
}

/** The names whose values differ, in the order of the second side. */
export function changesOf(
  before: Iterable<readonly [string, unknown]>,
  after: Iterable<readonly [string, unknown]>,
): Change[] {
  const [old, present] = [new Map(before), new Map(after)];
  const textOf = (value: unknown) => (value === undefined ? undefined : String(value));
  return [...new Set([...present.keys(), ...old.keys()])]
    .filter((name) => old.get(name) !== present.get(name))
    .map((name) => {
      const [from, to] = [textOf(old.get(name)), textOf(present.get(name))];
      return { name, ...(from === undefined ? {} : { before: from }), ...(to === undefined ? {} : { after: to }) };
    });
}

const maxShownLength = 80;

/** `train.epochs 3 → 4` */
export const changeWords = ({ name, before, after }: Change): string => `${name} ${shown(before)} → ${shown(after)}`;

function shown(value: string | undefined): string {
  if (value === undefined) return 'unset';
  const text = value.replace(/\s+/g, ' ');
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength - 1)}…` : text;
}
