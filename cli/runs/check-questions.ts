import { readFile, stat } from 'node:fs/promises';
import { isRecord } from '../../core/json.ts';
import type { RawOptions } from '../../core/kinds/definition.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { Checked } from '../../core/language/check/document.ts';
import { hasExpression } from '../../core/language/expression/parse.ts';
import { expandPlan, stepOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { roles, rowNames } from '../../protocol/trainer/rows.ts';
import { UserError } from '../user-error.ts';
import { shown } from './load-plan.ts';

/** Keys that hold an answer, or may hold one: the step itself, which reads the rows, decides about those. */
const answerKeys: readonly string[] = [
  'reference',
  ...rowNames.answer,
  ...rowNames.completion,
  ...rowNames.conversation,
];

/**
 * Checks that the questions of each evaluation have reference answers, without which there is no score. Throws UserError.
 * Plain lines of JSON are checked before hours of training end in that failure. The step reads every other form; this check
 * refuses nothing that the step accepts.
 */
export async function checkQuestions(plan: Plan, planned: Checked, file: string): Promise<void> {
  for (const { id, uses, with: options } of expandPlan(plan)) {
    const { exam } = definitionOf(uses) ?? {};
    const given = options as RawOptions;
    const prompts = exam?.needsReferences(given) ? given[exam.option] : undefined;
    if (typeof prompts !== 'string' || hasExpression(prompts)) continue;
    const lines = linesWithoutAnswer((await readPlain(prompts)) ?? '');
    if (lines.length === 0) continue;
    const step = stepOf(id);
    const place = planned.source.locate(['steps', step, 'with', exam!.option], 'value');
    const problem = { code: 'NO_REFERENCE', reason: 'no-reference', facts: { file: prompts, lines } } as const;
    const diagnostic = { ...problem, path: ['steps', step], ...place };
    const { renderDiagnostics } = await import('../view/diagnostics/render-diagnostics.ts');
    throw new UserError(renderDiagnostics([diagnostic], planned.source.text, shown(file)).trimEnd());
  }
  for (const { id, plan: inner } of plan.steps) {
    const used = planned.used.find(({ step }) => step === id);
    if (inner && used) await checkQuestions(inner, used, used.file);
  }
}

/** Reads a plain file of at most 64 MB. The step reports anything else, such as a pipe that never ends. */
async function readPlain(file: string): Promise<string | undefined> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts?.isFile() || facts.size > 64_000_000) return undefined;
  return await readFile(file, 'utf8').catch(() => undefined);
}

/** Numbers of the lines that certainly hold no answer; none where the text is not one JSON object per line. */
export function linesWithoutAnswer(text: string): number[] {
  const lacking: number[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const row = parsed(line);
    if (!isRecord(row)) return [];
    if (lacksAnswer(row)) lacking.push(index + 1);
  }
  return lacking;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lacksAnswer(row: Readonly<Record<string, unknown>>): boolean {
  if (answerKeys.some((key) => key in row)) return false;
  if (!('messages' in row)) return !Object.values(row).some(Array.isArray);
  const last = Array.isArray(row.messages) ? row.messages.at(-1) : undefined;
  return isRecord(last) && typeof last.role === 'string' && (roles as Record<string, string>)[last.role] === 'user';
}
