import { isRecord } from '../../json.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { hasExpression, namesIn, parseTemplate } from '../expression/parse.ts';
import { isList, type Type } from '../expression/types.ts';
import type { Outline } from '../outline.ts';
import type { Source } from '../yaml/source.ts';
import { checkTemplate } from './expressions.ts';

/** A file of nothing but mistakes has its first ones told. */
const enough = 50;

/** The `outputs` of a document: what is wrong with them, and what type each has for a pipeline that reads it. */
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
    if (diagnostics.length > enough) return [name, 'unknown'];
    const path = ['outputs', name];
    const checked = checkTemplate(value, path, { source, outline, step: { needs: [] } });
    diagnostics.push(...checked.diagnostics);
    if (checked.diagnostics.length > 0) return [name, 'unknown'];
    if (readsSecret(value)) {
      const message = `outputs.${name} cannot be a secret: it would be written down`;
      diagnostics.push({ code: 'BAD_EXPRESSION', message, ...source.locate(path, 'value') });
    }
    if (isList(checked.type)) {
      const message = `outputs.${name} cannot be a list; choose from it with min_by or max_by`;
      diagnostics.push({ code: 'BAD_EXPRESSION', message, ...source.locate(path, 'value') });
      return [name, 'unknown'];
    }
    return [name, checked.type];
  });
  return { diagnostics, types: Object.fromEntries(types) };
}

const readsSecret = (text: string) =>
  parseTemplate(text).some(
    ({ expression }) => expression && namesIn(expression).some(({ path }) => path[0] === 'secrets'),
  );
