// The shapes are types here: zod takes longer to load than a small command takes.
import type { JsonCommand, JsonOf } from './shapes.ts';

/** Makes every list and key read-only: what is printed is not changed. */
type Printed<T> = T extends readonly (infer E)[]
  ? readonly Printed<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Printed<T[K]> }
    : T;

/** Prints the result of a command in the shape that `docs/json.md` has for it. */
export function printJson<C extends JsonCommand>(_command: C, value: Printed<JsonOf<C>>): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The same on one line, for commands that print one object after another. */
export function printJsonLine<C extends JsonCommand>(_command: C, value: Printed<JsonOf<C>>): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
