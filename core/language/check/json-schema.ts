import { z } from 'zod';
import { type StepKind, stepOptions } from '../../kinds/registry.ts';
import { pipelineSchema } from '../document.ts';
import type { Wanted } from '../wanted.ts';

/** The parts of JSON Schema that zod writes for our documents, with the marks of `.meta`. */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | false;
  propertyNames?: JsonSchema;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  default?: unknown;
  description?: string;
  pattern?: string;
  artifact?: string;
  path?: boolean;
  [other: string]: unknown;
}

const made = new Map<string, JsonSchema>();

/** Makes the JSON Schema of a kind's options, or of the document. Messages, the reference page and editors read it. */
export function jsonSchemaOf(what: StepKind | 'document'): JsonSchema {
  const known = made.get(what);
  if (known) return known;
  const schema = z.toJSONSchema(what === 'document' ? pipelineSchema : stepOptions[what], {
    io: 'input',
    target: 'draft-7',
  }) as JsonSchema;
  made.set(what, schema);
  return schema;
}

/** Finds the schema of the value at a path; of a union, the first member that has such a path. */
export function schemaAt(schema: JsonSchema | undefined, path: readonly PropertyKey[]): JsonSchema | undefined {
  const [key, ...rest] = path;
  if (!schema || key === undefined) return schema;
  for (const member of schema.anyOf ?? []) {
    const found = schemaAt(member, path);
    if (found) return found;
  }
  const child =
    typeof key === 'number'
      ? schema.items
      : (own(schema.properties, String(key)) ?? (schema.additionalProperties || undefined));
  return schemaAt(child, rest);
}

/** Lists the keys of the map at a path; of a record, the names that it may have. */
export function keysAt(schema: JsonSchema | undefined, path: readonly PropertyKey[]): string[] {
  const here = schemaAt(schema, path);
  const named = (each: JsonSchema) => (each.propertyNames?.enum ?? []).map(String);
  return here ? [here, ...(here.anyOf ?? [])].flatMap((each) => [...Object.keys(mapKeys(each)), ...named(each)]) : [];
}

/** Lists every option of a kind by its dotted path: `epochs`, `lora.r`. */
export function optionPaths(schema: JsonSchema, prefix = ''): string[] {
  return Object.entries(mapKeys(schema)).flatMap(([key, inner]) => [
    prefix + key,
    ...optionPaths(inner, `${prefix}${key}.`),
  ]);
}

const mapKeys = (schema: JsonSchema) => (schema.artifact === undefined ? (schema.properties ?? {}) : {});

const own = <T>(record: Record<string, T> | undefined, key: string) =>
  record && Object.hasOwn(record, key) ? record[key] : undefined;

const simpleTypes = ['string', 'number', 'integer', 'boolean', 'array', 'null'] as const;

/** The rules of which a text must fulfil one. */
export const patternsOf = (schema: JsonSchema | undefined): RegExp[] =>
  schema === undefined
    ? []
    : [
        ...(schema.pattern === undefined ? [] : [new RegExp(schema.pattern)]),
        ...(schema.anyOf ?? []).flatMap(patternsOf),
      ];

/** Lists what a value may be. */
export function wantedOf(schema: JsonSchema | undefined): Wanted[] {
  if (!schema) return [{ type: 'other' }];
  if (schema.artifact !== undefined) return [{ artifact: schema.artifact }];
  if (schema.anyOf) return schema.anyOf.flatMap(wantedOf);
  if (schema.enum) return [{ values: schema.enum.map(String) }];
  if (schema.const !== undefined) return [{ values: [String(schema.const)] }];
  if (Array.isArray(schema.type)) return schema.type.flatMap((type) => wantedOf({ type }));
  if (schema.type === 'object') {
    const [key, ...others] = Object.keys(schema.properties ?? {});
    return [{ type: 'object', ...(key !== undefined && others.length === 0 ? { key } : {}) }];
  }
  return [{ type: simpleTypes.find((type) => type === schema.type) ?? 'other' }];
}
