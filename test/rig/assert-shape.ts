import assert from 'node:assert/strict';
import { z } from 'zod';
import { type JsonCommand, type JsonOf, jsonShapes } from '../../cli/json/shapes.ts';

/** Parses what a command has printed with `--json`, and holds it against the command's shape. */
export function parseShape<C extends JsonCommand>(command: C, text: string): JsonOf<C> {
  const result = jsonShapes[command].safeParse(JSON.parse(text));
  assert.ok(result.success, `${command}: ${result.success ? '' : z.prettifyError(result.error)}\n${text}`);
  return result.data as JsonOf<C>;
}
