import type { Plan } from '../run/plan.ts';

/**
 * The commands that make the run again. The first one needs the home of the run, and runs the stored document; the second
 * one needs the document alone, with the same files beside it.
 */
export function commandsOf(plan: Pick<Plan, 'document' | 'inputs'>, runId: string): string[] {
  const inputs = Object.entries(plan.inputs).map(([name, value]) => ` --input ${quoted(`${name}=${value}`)}`);
  return [`npx temper rerun ${runId}`, `npx temper run ${quoted(plan.document.path)}${inputs.join('')} --no-reuse`];
}

/** For a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
