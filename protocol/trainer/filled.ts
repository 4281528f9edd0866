import { z } from 'zod';
import { isRecord } from '../../core/json.ts';

/** Options as a job carries them: every option is there, and one without a value is null. */
export type Filled<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]-?: Filled<Exclude<T[K], undefined>> | (undefined extends T[K] ? null : never) }
    : T;

/** The schema of filled options. Descriptions and marks stay; defaults go, since they are defined once and filled in before. */
export function filled<S extends z.ZodType>(schema: S): Exact<Filled<z.output<S>>> {
  return marked(schema, bare(schema)) as Exact<Filled<z.output<S>>>;
}

/** A schema that changes nothing. */
type Exact<T> = z.ZodType<T, T>;

function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return filled(schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return filled(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodObject) return z.strictObject(filledShape(schema));
  return schema;
}

/** The fields of filled options, to be put beside others. */
export function filledShape<S extends z.ZodObject>(
  schema: S,
): { [K in keyof S['shape']]: Exact<Filled<z.output<S>>[K & keyof Filled<z.output<S>>]> } {
  const fields = Object.entries(schema.shape).map(([name, field]) => [name, filled(field as z.ZodType)]);
  return Object.fromEntries(fields) as never;
}

function marked(from: z.ZodType, to: z.ZodType): z.ZodType {
  const meta = { ...to.meta(), ...from.meta() };
  return Object.keys(meta).length > 0 ? to.meta(meta) : to;
}

/** The same for a value that the schema has parsed. */
export function fill<S extends z.ZodType>(schema: S, value: z.output<S>): Filled<z.output<S>> {
  return filledValue(schema, value) as Filled<z.output<S>>;
}

function filledValue(schema: z.ZodType, value: unknown): unknown {
  if (value === undefined) return null;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return filledValue(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodObject && isRecord(value)) {
    const fields = Object.entries(schema.shape).map(([name, field]) => [
      name,
      filledValue(field as z.ZodType, value[name]),
    ]);
    return Object.fromEntries(fields);
  }
  return value;
}
