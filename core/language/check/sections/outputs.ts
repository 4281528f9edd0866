import { isRecord } from '../../../json.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { hasExpression, namesIn, parseTemplate } from '../../expression/parse.ts';
import { isList, type Type } from '../../expression/types.ts';
import type { Outline } from '../../outline.ts';
import type { Source } from '../../yaml/source.ts';
import { diagnosticAt } from '../diagnostic-at.ts';
import { checkTemplate } from '../expressions.ts';

/** Of all outputs together. */
const maxDiagnostics = 50;

/** Checks the `outputs` of a document, and finds the type that each has for a pipeline that reads it. */
export function documentOutputs(
  source: Source,
  outline: Outline,
): { diagnostics: Diagnostic[]; types: Record<string, Type> } {
  const declared = isRecord(source.value) && isRecord(source.value.outputs) ? source.value.outputs : {};
  const diagnostics: Diagnostic[] = [];
  const types = Object.entries(declared).map(([name, value]): [string, Type] => {
    if (typeof value === 'number' || typeof value === 'boolean') return [name, typeof value as Type];
    if (typeof value !== 'string') return [name, 'unknown'];
    if (!hasExpression(value)) return [name, 'string'];
    if (diagnostics.length > maxDiagnostics) return [name, 'unknown'];
    const path = ['outputs', name];
    const checked = checkTemplate(value, path, { source, outline, step: { needs: [] } });
    diagnostics.push(...checked.diagnostics);
    if (checked.diagnostics.length > 0) return [name, 'unknown'];
    const report = (reason: 'secret-as-output' | 'list-as-output') =>
      diagnostics.push(diagnosticAt(source, path, 'value', { code: 'BAD_EXPRESSION', reason, facts: {} }));
    if (readsSecret(value)) report('secret-as-output');
    if (!isList(checked.type)) return [name, checked.type];
    report('list-as-output');
    return [name, 'unknown'];
  });
  return { diagnostics, types: Object.fromEntries(types) };
}

const readsSecret = (text: string) =>
  parseTemplate(text).some(
    ({ expression }) => expression && namesIn(expression).some(({ path }) => path[0] === 'secrets'),
  );
