import { z } from 'zod';
import type { Json } from '../handles.ts';
import { isRecord } from '../json.ts';
import { type PlannedKind, stepOptions } from './registry.ts';

/** What `.meta` says of an option beyond its type. */
export type Mark = 'path' | 'base' | 'ollama' | 'adapter';

export interface MarkedValue {
  mark: Mark;
  path: readonly (string | number)[];
  value: string;
}

/** Text values of a step's options that name something outside: a file, a base model, a model in Ollama, the adapter of one. */
export function markedValues(kind: PlannedKind, options: Json): MarkedValue[] {
  // Which inputs of a pipeline are paths is its own document's to say.
  if (kind === 'pipeline') return [];
  const found: MarkedValue[] = [];
  visit(stepOptions[kind], options, [], (mark, path, value) => found.push({ mark, path, value }));
  return found;
}

type Visitor = (mark: Mark, path: readonly (string | number)[], value: string) => void;

function visit(schema: z.ZodType, value: unknown, path: readonly (string | number)[], found: Visitor): void {
  if (value === undefined || value === null) return;
  const meta = schema.meta() ?? {};
  if (typeof value === 'string') {
    const mark = (['path', 'base', 'ollama', 'adapter'] as const).find((each) => meta[each]);
    if (mark) {
      found(mark, path, value);
      return;
    }
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    visit(schema.unwrap() as z.ZodType, value, path, found);
  } else if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) visit(option as z.ZodType, value, path, found);
  } else if (schema instanceof z.ZodObject && isRecord(value)) {
    for (const [key, inner] of Object.entries(schema.shape))
      visit(inner as z.ZodType, value[key], [...path, key], found);
  } else if (schema instanceof z.ZodRecord && isRecord(value)) {
    for (const [key, inner] of Object.entries(value))
      visit(schema.valueType as z.ZodType, inner, [...path, key], found);
  }
}

/** A base that stands on this machine's disk rather than on the Hub. */
export const isLocalBase = (base: string) => /^(?:\.{1,2}\/|\/|~\/)/.test(base);
