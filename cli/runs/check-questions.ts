import { readFile, stat } from 'node:fs/promises';
import type { RawOptions } from '../../core/kinds/definition.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { Checked } from '../../core/language/check/document.ts';
import { hasExpression } from '../../core/language/expression/parse.ts';
import { expandPlan, stepOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { UserError } from '../user-error.ts';
import { renderDiagnostics } from '../view/diagnostics/render-diagnostics.ts';
import { shown } from './load-plan.ts';

const referenceKeys = ['reference', 'references', 'output', 'completion', 'answer'];

/**
 * An evaluation without reference answers has no score. When the questions can be read here, that is found before anything starts:
 * otherwise hours of training would end in it.
 */
export async function checkQuestions(plan: Plan, planned: Checked, file: string): Promise<void> {
  for (const { id, uses, with: options } of expandPlan(plan)) {
    const { exam } = definitionOf(uses) ?? {};
    const given = options as RawOptions;
    const prompts = exam?.needsReferences(given) ? given[exam.option] : undefined;
    if (typeof prompts !== 'string' || hasExpression(prompts)) continue;
    const text = await readPlain(prompts);
    const lines = (text ?? '')
      .split('\n')
      .flatMap((line, index) => (line.trim() && !hasReference(line) ? [index + 1] : []));
    if (lines.length === 0) continue;
    const step = stepOf(id);
    const place = planned.source.locate(['steps', step, 'with', exam!.option], 'value');
    const problem = { code: 'NO_REFERENCE', reason: 'no-reference', facts: { file: prompts, lines } } as const;
    const diagnostic = { ...problem, path: ['steps', step], ...place };
    throw new UserError(renderDiagnostics([diagnostic], planned.source.text, shown(file)).trimEnd());
  }
  for (const { id, plan: inner } of plan.steps) {
    const used = planned.used.find(({ step }) => step === id);
    if (inner && used) await checkQuestions(inner, used, used.file);
  }
}

/** Text of a plain file of sensible size. Anything else, such as a pipe or a device that never ends, is told by the step. */
async function readPlain(file: string): Promise<string | undefined> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts?.isFile() || facts.size > 64_000_000) return undefined;
  return await readFile(file, 'utf8').catch(() => undefined);
}

function hasReference(line: string): boolean {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row !== 'object' || row === null) return true; // said, with its reason, by the step itself
    const messages = (row as { messages?: { role?: string }[] }).messages;
    return (
      referenceKeys.some((key) => key in row) || (Array.isArray(messages) && messages.at(-1)?.role === 'assistant')
    );
  } catch {
    return true;
  }
}
