import type { Handle, Json } from './handles.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Recognises a handle by its shape. Without zod, so that replayed code can use it. */
export function looksLikeHandle(value: unknown): value is Handle {
  return isRecord(value) && typeof value.uri === 'string' && typeof value.digest === 'string' && 'kind' in value;
}

/** Writes JSON with sorted keys and without undefined fields. Keys and digests are computed from this text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (isRecord(value)) {
    const fields = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Returns a copy in which `replace` has replaced every leaf. A handle is one leaf. */
export function mapLeaves(
  value: Json,
  replace: (leaf: Json, path: readonly (string | number)[]) => Json,
  path: readonly (string | number)[] = [],
): Json {
  if (Array.isArray(value)) return value.map((item, index) => mapLeaves(item, replace, [...path, index]));
  if (isRecord(value) && !looksLikeHandle(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapLeaves(item as Json, replace, [...path, key])]),
    );
  }
  return replace(value, path);
}

/** Returns a copy of the options with another value at this path. */
export function withValue(options: Json, path: readonly (string | number)[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(options))
    return options.map((item, index) => (index === key ? withValue(item, rest, value) : item));
  const record = options as { readonly [key: string]: Json };
  return { ...record, [key]: withValue(record[key] ?? null, rest, value) };
}

/** Returns a copy of the options without what is at this path. */
export function withoutValue(options: Json, path: readonly (string | number)[]): Json {
  const [key, ...rest] = path;
  if (key === undefined || !isRecord(options) || !Object.hasOwn(options, key)) return options;
  const { [key]: inner, ...others } = options as { readonly [key: string]: Json };
  return rest.length === 0 ? others : { ...others, [key]: withoutValue(inner!, rest) };
}
