import { isRecord } from '../json.ts';

export type Scalar = string | number | boolean;

/** One row of a step's matrix. */
export interface Variant {
  /** The part after `@` of the instance's id: `r=16,lr=0.0002`. */
  name: string;
  values: Readonly<Record<string, Scalar>>;
  /** Path of each value below `matrix`. */
  places: Readonly<Record<string, readonly (string | number)[]>>;
}

/** The parts of a matrix that can be understood, valid or not. */
export interface MatrixOutline {
  /** Whether all of it was understood. */
  sound: boolean;
  /** Every value that each key has in some variant. */
  keys: Readonly<Record<string, readonly Scalar[]>>;
  /** In the order of the document; none where there would be too many. */
  variants: readonly Variant[];
  /** How many variants there would be. */
  count: number;
}

/** More combinations than any run can hold are counted, not made. */
const maxCombinations = 5_000;
/** Characters; the name becomes part of the name of a folder and of an activity. */
const maxNameLength = 60;

export const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

/**
 * Lists the variants of a matrix as GitHub Actions does: all combinations of the lists, except those that a row of
 * `exclude` matches. A row of `include` adds its values to the combinations that it does not contradict; where there are
 * none, it is a variant of its own.
 */
export function outlineMatrix(matrix: unknown): MatrixOutline {
  const none = { keys: {}, variants: [], count: 0 };
  if (!isRecord(matrix)) return { sound: false, ...none };
  const { include, exclude, ...axes } = matrix;
  const lists = Object.entries(axes).filter(([, list]) => Array.isArray(list) && list.every(isScalar));
  const rows = rowsOf(include);
  const isWhole = (given: unknown) =>
    given === undefined || (Array.isArray(given) && rowsOf(given).length === given.length);
  const sound = lists.length === Object.keys(axes).length && isWhole(include) && isWhole(exclude);
  const keys = allValues(lists as [string, Scalar[]][], rows);
  const product = lists.reduce((count, [, list]) => count * (list as Scalar[]).length, lists.length === 0 ? 0 : 1);
  if (product + rows.length > maxCombinations) return { sound, keys, variants: [], count: product + rows.length };
  const excluded = rowsOf(exclude).filter((row) => Object.keys(row.values).every((key) => Object.hasOwn(axes, key)));
  const combinations = combine(lists as [string, Scalar[]][]).filter(
    ({ values }) => !excluded.some((row) => matches(values, row.values)),
  );
  const made = combinations.map(({ values, places }) => ({ name: nameOf(values), values, places }));
  const variants = includeRows(made, rows, Object.keys(axes));
  return { sound, keys, variants, count: variants.length };
}

interface Row {
  values: Record<string, Scalar>;
  places: Record<string, readonly (string | number)[]>;
}

/** Rows of `include` or `exclude` that are maps of plain values. */
function rowsOf(rows: unknown): Row[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: unknown, index) => {
    if (!isRecord(row) || !Object.values(row).every(isScalar) || Object.keys(row).length === 0) return [];
    const places = Object.keys(row).map((key) => [key, ['include', index, key]] as const);
    return [{ values: row as Row['values'], places: Object.fromEntries(places) }];
  });
}

/** The first list varies slowest, so that variants read like the document. */
function combine(lists: readonly [string, readonly Scalar[]][]): Row[] {
  if (lists.length === 0) return [];
  return lists.reduce<Row[]>(
    (rows, [key, list]) =>
      rows.flatMap(({ values, places }) =>
        list.map((value, index) => ({
          values: { ...values, [key]: value },
          places: { ...places, [key]: [key, index] },
        })),
      ),
    [{ values: {}, places: {} }],
  );
}

const matches = (values: Readonly<Record<string, Scalar>>, row: Readonly<Record<string, Scalar>>) =>
  Object.entries(row).every(([key, value]) => values[key] === value);

/** A combination keeps its name, so that a value added by a row changes no id. */
function includeRows(combinations: readonly Variant[], rows: readonly Row[], axes: readonly string[]): Variant[] {
  let extended = [...combinations];
  const own: Variant[] = [];
  for (const row of rows) {
    const shared = Object.fromEntries(Object.entries(row.values).filter(([key]) => axes.includes(key)));
    const fits = combinations.map(({ values }) => matches(values, shared));
    if (fits.includes(true)) {
      extended = extended.map((variant, index) =>
        fits[index]
          ? {
              ...variant,
              values: { ...variant.values, ...row.values },
              places: { ...variant.places, ...without(row.places, axes) },
            }
          : variant,
      );
    } else {
      const keys = [...axes, ...Object.keys(row.values)].filter((key) => Object.hasOwn(row.values, key));
      const values = Object.fromEntries(keys.map((key) => [key, row.values[key]!]));
      own.push({ name: nameOf(values), values, places: row.places });
    }
  }
  return [...extended, ...own];
}

const without = <T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

function allValues(lists: readonly [string, readonly Scalar[]][], rows: readonly Row[]): Record<string, Scalar[]> {
  const values = new Map<string, Scalar[]>(lists.map(([key, list]) => [key, [...list]]));
  for (const row of rows) {
    for (const [key, value] of Object.entries(row.values)) values.set(key, [...(values.get(key) ?? []), value]);
  }
  return Object.fromEntries(values);
}

/**
 * Depends only on the values, so that adding a row renames no other. Characters that a folder name cannot have, and the
 * end of a long name, are replaced; a digest of the values then distinguishes such names.
 */
function nameOf(values: Readonly<Record<string, Scalar>>): string {
  const entries = Object.entries(values).map(([key, value]) => [key, String(value), safe(String(value))] as const);
  const name = entries.map(([key, , text]) => `${key}=${text}`).join(',');
  const isExact = entries.every(([, text, shown]) => text !== '' && text === shown);
  if (isExact && name.length <= maxNameLength) return name;
  const digest = hashOf(JSON.stringify(Object.entries(values)));
  return `${name.slice(0, maxNameLength - digest.length - 1)}_${digest}`;
}

const safe = (text: string) => text.replace(/[^A-Za-z0-9._+-]/g, '_');

/** FNV-1a, twice: short, the same on every machine, and strong enough to distinguish the rows of one matrix. */
function hashOf(text: string): string {
  const half = (seed: number) => {
    let hash = seed;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return (hash >>> 0).toString(36);
  };
  return `${half(0x811c9dc5)}${half(0x1b873593)}`.slice(0, 10);
}
