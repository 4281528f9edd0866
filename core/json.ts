import type { Handle, Json } from './handles.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A handle by shape alone; free of zod, so that replayed code can use it. */
export function looksLikeHandle(value: unknown): value is Handle {
  return isRecord(value) && typeof value.uri === 'string' && typeof value.digest === 'string' && 'kind' in value;
}

/** JSON with sorted keys and without absent fields: the text that fingerprints hash. */
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

/** Replaces every leaf that `replace` answers for; containers are rebuilt, the input is left alone. */
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

/** Sets one value deep inside options, leaving the input alone. */
export function withValue(options: Json, path: readonly (string | number)[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(options))
    return options.map((item, index) => (index === key ? withValue(item, rest, value) : item));
  const record = options as { readonly [key: string]: Json };
  return { ...record, [key]: withValue(record[key] ?? null, rest, value) };
}
