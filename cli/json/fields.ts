import { z } from 'zod';

export const text = z.string();
export const flag = z.boolean();
export const count = z.number();
/** Milliseconds since 1970. */
export const time = z.number().describe('milliseconds since 1970');
export const isoTime = z.string().describe('ISO 8601');
export const digest = z.string().describe('`sha256:…`');
export const bytes = z.number().describe('bytes');
export const runStatus = z
  .string()
  .describe('`running`, `paused`, `succeeded`, `failed`, `cancelled`, `terminated`, or `unknown` where nobody tells');
export const change = z.strictObject({ name: text, before: text.optional(), after: text.optional() });
/** Data whose keys depend on something else; `what` says on what. */
export const open = (what: string) => z.looseObject({}).describe(what) as unknown as z.ZodType<object, object>;
