import { z } from 'zod';
import { type StepKind, stepOptions } from '../../kinds/registry.ts';
import { pipelineSchema } from '../document.ts';

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

/** JSON Schema of a kind's options, or of the document: what messages, the reference page and editors say is read from it. */
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

/** The schema of the value at a path; of a union the first member that has such a place. */
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

export function keysAt(schema: JsonSchema | undefined, path: readonly PropertyKey[]): string[] {
  const here = schemaAt(schema, path);
  return here ? [here, ...(here.anyOf ?? [])].flatMap((each) => Object.keys(mapKeys(each))) : [];
}

/** Every option of a kind by its dotted path: `epochs`, `lora.r`. */
export function optionPaths(schema: JsonSchema, prefix = ''): string[] {
  return Object.entries(mapKeys(schema)).flatMap(([key, inner]) => [
    prefix + key,
    ...optionPaths(inner, `${prefix}${key}.`),
  ]);
}

const mapKeys = (schema: JsonSchema) => (schema.artifact === undefined ? (schema.properties ?? {}) : {});

const own = <T>(record: Record<string, T> | undefined, key: string) =>
  record && Object.hasOwn(record, key) ? record[key] : undefined;

/** What a value must be, in words that follow "must be" or "needs". */
export function words(schema: JsonSchema | undefined): string {
  if (!schema) return 'something else';
  if (schema.artifact !== undefined)
    return schema.artifact === 'any' ? 'an artifact' : `an artifact (${schema.artifact})`;
  if (schema.anyOf)
    return joinOr(schema.anyOf.flatMap((member) => (member.enum ? member.enum.map(String) : words(member))));
  if (schema.enum) return schema.enum.length === 1 ? String(schema.enum[0]) : `one of ${schema.enum.join(', ')}`;
  if (schema.const !== undefined) return String(schema.const);
  if (Array.isArray(schema.type)) return joinOr(schema.type.map((type) => words({ type })));
  if (schema.type === 'object') {
    const keys = Object.keys(schema.properties ?? {});
    return keys.length === 1 ? `a map with \`${keys[0]}\`` : 'a map';
  }
  return typeWords[schema.type ?? ''] ?? 'a value';
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  null: 'null',
};

const joinOr = (parts: readonly string[]) => {
  const unique = [...new Set(parts)];
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`;
};
