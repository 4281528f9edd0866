import { definitionOf } from '../../kinds/registry.ts';
import type { Diagnostic, Path } from '../diagnostic.ts';
import {
  type Expression,
  ExpressionError,
  hasExpression,
  namesIn,
  parseExpression,
  parseTemplate,
} from '../expression/parse.ts';
import type { ExpressionProblem } from '../expression/problems.ts';
import { typeOf } from '../expression/type-of.ts';
import { isList, type Type } from '../expression/types.ts';
import type { Outline, StepOutline } from '../outline.ts';
import type { Source } from '../yaml/source.ts';

/** Of one text. */
const maxDiagnostics = 20;

/** Checks one string of a step's options: its expressions, their names and the places of secrets. */
export function checkTemplate(
  text: string,
  path: Path,
  { source, outline, step }: { source: Source; outline: Outline; step: StepOutline },
): { diagnostics: Diagnostic[]; type: Type } {
  const diagnostics: Diagnostic[] = [];
  const check = (by: number, work: () => Type): Type => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      diagnostics.push(place(source, path, text, error.movedBy(by)));
      return 'unknown';
    }
  };
  let type: Type = 'string';
  check(0, () => {
    const parts = parseTemplate(text);
    for (const { expression, at } of parts) {
      if (!expression || diagnostics.length > maxDiagnostics) continue;
      const own = check(at, () => {
        checkSecret(expression, step, path, parts.length);
        const own = typeOf(expression, outline, { step });
        if (parts.length > 1 && isList(own)) fail({ reason: 'list-in-text', facts: {} }, expression);
        return own;
      });
      if (parts.length === 1) type = own;
    }
    return type;
  });
  return { diagnostics, type: diagnostics.length > 0 ? 'unknown' : type };
}

export function checkCondition(source: Source, outline: Outline, id: string): Diagnostic[] {
  const text = outline.steps[id]!.if;
  if (text === undefined) return [];
  const path = ['steps', id, 'if'];
  try {
    if (hasExpression(text)) fail({ reason: 'condition-with-braces', facts: {} }, { at: 0, end: text.length });
    const expression = parseExpression(text);
    const secret = namesIn(expression).find((name) => name.path[0] === 'secrets');
    if (secret) fail({ reason: 'secret-in-condition', facts: {} }, secret);
    const type = typeOf(expression, outline, { step: outline.steps[id]!, isCondition: true });
    if (type !== 'boolean' && type !== 'unknown')
      fail({ reason: 'wrong-type', facts: { wanted: 'boolean', actual: type } }, expression);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [place(source, path, text, error)];
  }
}

/** The worker fills secrets in, into environments and keys of servers only, so that no history, key of a step or job file can hold one. */
function checkSecret(expression: Expression, step: StepOutline, path: Path, parts: number): void {
  const secret = namesIn(expression).find((name) => name.path[0] === 'secrets');
  if (!secret) return;
  const option = path.slice(3).join('.');
  const mayNameOne = (allowed: string) => option === allowed || option.startsWith(`${allowed}.`);
  if (step.uses !== undefined && !definitionOf(step.uses)?.secretOptions?.some(mayNameOne))
    fail({ reason: 'secret-outside-env', facts: {} }, secret);
  if (parts > 1 || expression.kind !== 'name') fail({ reason: 'secret-with-text', facts: {} }, secret);
}

function fail(problem: ExpressionProblem, { at, end }: { at: number; end: number }): never {
  throw new ExpressionError(problem, at, end);
}

function place(source: Source, path: Path, text: string, error: ExpressionError): Diagnostic {
  const whole = source.locate(path, 'value');
  // Escapes and folded lines move characters; the exact place is known only where the source has the text verbatim.
  const start = source.text.slice(whole.at, whole.end).indexOf(text);
  const exact = start < 0 ? whole : { at: whole.at + start + error.at, end: whole.at + start + error.end };
  return { code: 'BAD_EXPRESSION', ...error.problem, path, ...exact };
}
