import { z } from 'zod';
import type { Json } from '../../handles.ts';
import { isRecord, looksLikeHandle } from '../../json.ts';
import { type StepKind, type StepOptions, stepOptions } from '../registry.ts';

/**
 * A step's options with every default written out, for a plan: a plan that is stored says what it does, whatever a later
 * version takes as a default. Values that hold an expression stay as they are; the options need not be complete.
 */
export const withDefaults = (kind: StepKind, given: Json): Json => resolve(stepOptions[kind], given) as Json;

function resolve(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodOptional)
    return value === undefined ? undefined : resolve(schema.unwrap() as z.ZodType, value);
  // A default is the value itself, a prefault is parsed: the options inside it have defaults of their own.
  if (schema instanceof z.ZodDefault)
    return value === undefined ? schema.def.defaultValue : resolve(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodPrefault)
    return resolve(schema.unwrap() as z.ZodType, value === undefined ? schema.def.defaultValue : value);
  if (!isRecord(value) || looksLikeHandle(value)) return value;
  if (schema instanceof z.ZodObject) {
    const resolved = Object.entries(schema.shape).map(([key, inner]) => [key, resolve(inner as z.ZodType, value[key])]);
    return { ...value, ...Object.fromEntries(resolved.filter(([, each]) => each !== undefined)) };
  }
  if (schema instanceof z.ZodRecord) {
    const inner = schema.valueType as z.ZodType;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(inner, each)]));
  }
  return value;
}

/** A step of a plan whose expressions are filled in, and its options by their types. */
export interface ResolvedStep<K extends StepKind = StepKind> {
  kind: K;
  /** As the plan has them, filled in. The key is made of these: an option that a later version adds is not among them. */
  filled: Json;
  options: StepOptions[K];
}

export type Resolved<K extends StepKind> =
  | { step: ResolvedStep<K>; problem?: never }
  | { step?: never; problem: { option: string; message: string } };

/** Parses the options of a planned step once its expressions are filled in. */
export function resolveStep<K extends StepKind>(kind: K, filled: Json): Resolved<K> {
  const parsed = stepOptions[kind].safeParse(filled);
  if (parsed.success) return { step: { kind, filled, options: parsed.data as StepOptions[K] } };
  const [issue] = parsed.error.issues;
  return { problem: { option: issue?.path.join('.') ?? '', message: issue?.message ?? 'invalid' } };
}
