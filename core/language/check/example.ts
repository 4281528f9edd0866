import type { JsonSchema } from './json-schema.ts';

type Holder = 'map' | 'list';

/** Keys of a map that an example shows where none must be there. */
const maxKeys = 2;

/** What to write for an option that holds a map or a list, such as `score: { chrf: 0.5, json: 0.5 }`; undefined for another option. */
export function exampleOf(schema: JsonSchema | undefined, key: PropertyKey | undefined): string | undefined {
  const holder = schema && holderIn(schema);
  if (!holder) return undefined;
  const text = exampleIn(schema, holder.is) ?? sampleOf(holder.schema, '');
  return typeof key === 'string' ? `${key}: ${text}` : text;
}

/** The member of a union that holds others, or the schema itself. An artifact is read from a step and not written. */
function holderIn(schema: JsonSchema): { is: Holder; schema: JsonSchema } | undefined {
  if (schema.artifact !== undefined) return undefined;
  if (schema.anyOf) return schema.anyOf.map(holderIn).find((each) => each !== undefined);
  if (schema.type === 'object') return { is: 'map', schema };
  return schema.type === 'array' ? { is: 'list', schema } : undefined;
}

/** The example that the option's own description has. */
function exampleIn({ description = '' }: JsonSchema, is: Holder): string | undefined {
  const examples = [...description.matchAll(/`([{[][^`]*[\]}])`/g)].map(([, text]) => text!);
  return examples.find((text) => text.startsWith(is === 'map' ? '{' : '['));
}

/** A value as YAML in one line; where nothing tells what it may be, its name in capitals stands for it. */
function sampleOf(schema: JsonSchema, name: string): string {
  const { examples, default: usual, type } = schema;
  if (Array.isArray(examples)) return valueText(examples[0]);
  const written = schema.enum?.[0] ?? schema.const ?? (typeof usual === 'object' ? undefined : usual);
  if (written !== undefined) return valueText(written);
  if (schema.anyOf) return sampleOf(schema.anyOf.find((each) => each.artifact === undefined) ?? {}, name);
  if (schema.artifact !== undefined) return '"${{ … }}"';
  if (type === 'object') return exampleIn(schema, 'map') ?? mapText(schema);
  if (type === 'array') return exampleIn(schema, 'list') ?? `[${sampleOf(schema.items ?? {}, name)}]`;
  if (type === 'number' || type === 'integer') return '1';
  return type === 'boolean' ? 'true' : (name || 'text').toUpperCase();
}

function mapText({ properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema): string {
  const names = Object.keys(properties);
  const shown = required.length > 0 ? required : names.slice(0, maxKeys);
  const pairs = shown.map((name) => `${name}: ${sampleOf(properties[name] ?? {}, name)}`);
  if (pairs.length > 0) return `{ ${pairs.join(', ')} }`;
  return `{ ${propertyNames?.enum?.[0] ?? 'NAME'}: ${sampleOf(additionalProperties || {}, 'value')} }`;
}

/** What YAML would read as something else is put in quotes. */
const valueText = (value: unknown): string =>
  typeof value === 'string' && !/^[\w./-]+$/.test(value) ? JSON.stringify(value) : String(value);
