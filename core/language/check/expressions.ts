import { type Diagnostic, nameOf } from '../diagnostic.ts';
import {
  type Expression,
  ExpressionError,
  hasExpression,
  namesIn,
  parseExpression,
  parseTemplate,
} from '../expression/parse.ts';
import { typeOf } from '../expression/type-of.ts';
import { isList, type Type, word } from '../expression/types.ts';
import type { Outline, StepOutline } from '../outline.ts';
import type { Source } from '../yaml/source.ts';

/** A text of nothing but mistakes has its first ones told. */
const enough = 20;

/** Checks one string of a step's options: its expressions, their names and where secrets stand. */
export function checkTemplate(
  text: string,
  path: readonly (string | number)[],
  { source, outline, step }: { source: Source; outline: Outline; step: StepOutline },
): { diagnostics: Diagnostic[]; type: Type } {
  const diagnostics: Diagnostic[] = [];
  const check = (by: number, work: () => Type): Type => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      diagnostics.push(place(source, path, text, new ExpressionError(error.message, error.at + by, error.end + by)));
      return 'unknown';
    }
  };
  let type: Type = 'string';
  check(0, () => {
    const parts = parseTemplate(text);
    for (const { expression, at } of parts) {
      if (!expression || diagnostics.length > enough) continue;
      const own = check(at, () => {
        checkSecret(expression, step, path, parts.length);
        const own = typeOf(expression, outline, { step });
        if (parts.length > 1 && isList(own))
          throw new ExpressionError('a list cannot be put into text; write `json(…)`', expression.at, expression.end);
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
    if (hasExpression(text)) {
      throw new ExpressionError('a condition is an expression already; write it without `${{ }}`', 0, text.length);
    }
    const expression = parseExpression(text);
    const secret = namesIn(expression).find((name) => name.path[0] === 'secrets');
    if (secret) throw new ExpressionError('a condition cannot read a secret', secret.at, secret.end);
    const type = typeOf(expression, outline, { step: outline.steps[id]!, isCondition: true });
    if (type !== 'boolean' && type !== 'unknown')
      throw new ExpressionError(`needs true or false, but this is ${word(type)}`, expression.at, expression.end);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [place(source, path, text, error)];
  }
}

/** Secrets are filled in by the worker, into environments only, so that no history, key or job file can hold one. */
function checkSecret(
  expression: Expression,
  step: StepOutline,
  path: readonly (string | number)[],
  parts: number,
): void {
  const secret = namesIn(expression).find((name) => name.path[0] === 'secrets');
  if (!secret) return;
  if (step.uses !== undefined && (step.uses !== 'run' || path[3] !== 'env')) {
    const message =
      'a secret may stand only in the `env` of a `run` step; the Hub’s token is read from HF_TOKEN by itself';
    throw new ExpressionError(message, secret.at, secret.end);
  }
  if (parts > 1 || expression.kind !== 'name')
    throw new ExpressionError('a secret stands alone in its string', secret.at, secret.end);
}

function place(source: Source, path: readonly (string | number)[], text: string, error: ExpressionError): Diagnostic {
  const whole = source.locate(path, 'value');
  // Escapes and folded lines move characters; the exact place is given only where the text stands verbatim.
  const start = source.text.slice(whole.at, whole.end).indexOf(text);
  const exact = start < 0 ? whole : { at: whole.at + start + error.at, end: whole.at + start + error.end };
  return { code: 'BAD_EXPRESSION', message: `${nameOf(path)}: ${error.message}`, ...exact };
}
