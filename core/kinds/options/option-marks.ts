import { z } from 'zod';
import type { Json } from '../../handles.ts';
import { isRecord } from '../../json.ts';
import { type PlannedKind, type StepKind, stepOptions } from '../registry.ts';
import { type ChatModelOption, isChatModel } from './chat-model.ts';
import { isHubRows } from './hub-rows.ts';

/**
 * What `.meta` says of an option beyond its type: it names a file, a base model, a model in Ollama, the adapter of one, or
 * a model in Ollama that the step itself creates.
 */
const marks = ['path', 'base', 'ollama', 'adapter', 'creates'] as const;
/** `hub-rows`: where a file of rows may be named, a dataset of the Hub is. */
export type Mark = (typeof marks)[number] | 'hub-rows';

/**
 * What an option's model is to the pipeline. A base: trained on, merged into, or only its tokenizer. A model in Ollama:
 * served to people, judged, or what the judged one is compared with.
 */
export type Role = 'trained' | 'merged' | 'tokenizer' | 'serving' | 'judged' | 'rival';

export interface MarkedValue {
  mark: Mark;
  path: readonly (string | number)[];
  value: string;
  /** The model that it names need not exist when the run begins. */
  mayBeAbsent: boolean;
  role?: Role;
}

/** The text values of a step's options that have a mark. */
export function markedValues(kind: PlannedKind, options: Json): MarkedValue[] {
  // A pipeline's own document says which of its inputs are paths.
  if (kind === 'pipeline') return [];
  const found: MarkedValue[] = [];
  walk(stepOptions[kind], options, [], (path, value, schema) => {
    const meta = schema.meta() ?? {};
    const written = typeof value === 'string' ? marks.find((each) => meta[each]) : undefined;
    if (written === undefined) return false;
    const mark = meta.hubRows && isHubRows(value) ? 'hub-rows' : written;
    const role = meta.role === undefined ? {} : { role: meta.role as Role };
    found.push({ mark, path, value: value as string, mayBeAbsent: meta.mayBeAbsent === true, ...role });
    return true;
  });
  return found;
}

export interface MarkedNumber {
  path: readonly (string | number)[];
  value: number;
  /** What the mark says. */
  meta: unknown;
}

/** The numbers among a step's options whose `.meta` has this mark. */
export function numbersWith(kind: PlannedKind, options: Json, mark: string): MarkedNumber[] {
  if (kind === 'pipeline') return [];
  const found: MarkedNumber[] = [];
  walk(stepOptions[kind], options, [], (path, value, schema) => {
    const meta = schema.meta()?.[mark];
    if (meta === undefined || typeof value !== 'number') return false;
    found.push({ path, value, meta });
    return true;
  });
  return found;
}

export interface NamedChat {
  path: readonly (string | number)[];
  value: ChatModelOption;
}

/** The models that a step asks over HTTP, wherever in its options they stand. */
export function chatModelsIn(kind: PlannedKind, options: Json): NamedChat[] {
  if (kind === 'pipeline') return [];
  const found: NamedChat[] = [];
  walk(stepOptions[kind], options, [], (path, value, schema) => {
    if (schema.meta()?.chat !== true || !isChatModel(value)) return false;
    found.push({ path, value });
    return true;
  });
  return found;
}

/** Where options stand that cannot change the output, marked `shapes: false`: they are no part of the key. */
export function pathsWithoutEffect(kind: PlannedKind, options: Json): (readonly (string | number)[])[] {
  if (kind === 'pipeline') return [];
  const found: (readonly (string | number)[])[] = [];
  walk(stepOptions[kind], options, [], (path, _, schema) => {
    if (schema.meta()?.shapes !== false) return false;
    found.push(path);
    return true;
  });
  return found;
}

/** Is shown each option with its schema, from the outermost; where it returns true, nothing within is looked at. */
type Visitor = (path: readonly (string | number)[], value: unknown, schema: z.ZodType) => boolean;

function walk(schema: z.ZodType, value: unknown, path: readonly (string | number)[], found: Visitor): void {
  if (value === undefined || value === null) return;
  if (found(path, value, schema)) return;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    walk(schema.unwrap() as z.ZodType, value, path, found);
  } else if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) walk(option as z.ZodType, value, path, found);
  } else if (schema instanceof z.ZodObject && isRecord(value)) {
    for (const [key, inner] of Object.entries(schema.shape) as [string, z.ZodType][]) {
      // A name means something else beside such an option: at an address it is no name in Ollama.
      const { unless } = inner.meta() ?? {};
      if (typeof unless === 'string' && value[unless] !== undefined) continue;
      walk(inner, value[key], [...path, key], found);
    }
  } else if (schema instanceof z.ZodRecord && isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) walk(schema.valueType as z.ZodType, inner, [...path, key], found);
  }
}

const optionsWith = (kind: StepKind, meta: string, value: unknown): readonly string[] =>
  Object.entries(stepOptions[kind].shape).flatMap(([name, schema]) => (schema.meta()?.[meta] === value ? [name] : []));

/** The options of a kind that name a model in Ollama: a key holds the model's digest in their place. */
export const modelOptions = (kind: StepKind) => optionsWith(kind, 'ollama', true);
