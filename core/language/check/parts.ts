import { isRecord } from '../../json.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { inputTypes, pipelineSchema } from '../document.ts';
import { hasExpression } from '../expression/parse.ts';
import type { Type } from '../expression/types.ts';
import type { Outline } from '../outline.ts';
import type { Problem } from '../problems.ts';
import type { Used } from '../reading.ts';
import type { Source } from '../yaml/source.ts';
import { diagnosticAt } from './diagnostic-at.ts';
import { explainIssues, onlyOwnRules, shown } from './explain-issues.ts';
import { checkCondition } from './expressions.ts';
import { checkGraph } from './graph.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { checkKeys } from './keys.ts';
import { checkOptions } from './options.ts';
import { checkMatrix, checkUnreadKeys } from './sections/matrix.ts';
import { checkNotifications } from './sections/notifications.ts';
import { documentOutputs } from './sections/outputs.ts';
import { checkSchedules } from './sections/schedule.ts';
import { checkUse } from './sections/used-pipeline.ts';

/** A file with more mistakes is not checked to its end. */
const maxDiagnostics = 200;

/** Checks the document's own keys. `checkParts` checks options of steps, expressions and references. */
export function checkShape(source: Source): Diagnostic[] {
  const parsed = pipelineSchema.safeParse(source.value, onlyOwnRules);
  const diagnostics = explainIssues(parsed.error?.issues ?? [], {
    source,
    value: source.value,
    // Made on demand: a document without mistakes needs none.
    get schema() {
      return jsonSchemaOf('document');
    },
    prefix: [],
  });
  if (isRecord(source.value) && isRecord(source.value.steps) && Object.keys(source.value.steps).length === 0)
    diagnostics.push({ code: 'NO_STEPS', reason: 'no-steps', facts: {}, ...source.locate(['steps'], 'key') });
  return [...diagnostics, ...checkDefaults(source), ...checkSchedules(source), ...checkNotifications(source)];
}

/** A default must have its input's type, and is not evaluated. */
function checkDefaults(source: Source): Diagnostic[] {
  const inputs = isRecord(source.value) && isRecord(source.value.inputs) ? source.value.inputs : {};
  return Object.entries(inputs).flatMap(([name, input]) => {
    const { type = 'string', default: value } = isRecord(input) ? input : {};
    if (value === undefined || isRecord(value) || Array.isArray(value) || value === null) return [];
    if (!(inputTypes as readonly unknown[]).includes(type)) return [];
    const wanted = (type === 'path' ? 'string' : type) as Type;
    const path = ['inputs', name, 'default'];
    const report = (problem: Problem) => [diagnosticAt(source, path, 'value', problem)];
    if (typeof value !== wanted)
      return report({ code: 'BAD_VALUE', reason: 'wrong-default', facts: { wanted, got: shown(value) } });
    return hasExpression(String(value))
      ? report({ code: 'BAD_VALUE', reason: 'expression-in-plain-value', facts: {} })
      : [];
  });
}

/** Checks the steps and what they read from each other, in every part that can be understood. */
export function checkParts(source: Source, outline: Outline, used: ReadonlyMap<string, Used>): Diagnostic[] {
  const graph = checkGraph(source, outline);
  if (graph.some(({ code }) => code === 'TOO_MANY_STEPS')) return graph;
  const diagnostics: Diagnostic[] = [];
  for (const id of Object.keys(outline.steps)) {
    if (diagnostics.length > maxDiagnostics) break;
    const isPipeline = outline.steps[id]!.file !== undefined;
    const own = [
      ...checkMatrix(source, outline, id),
      ...checkCondition(source, outline, id),
      ...checkKeys(source, outline.steps[id]!, id),
      ...(isPipeline ? checkUse(source, outline, id, used.get(id)) : checkOptions(source, outline, id)),
    ];
    diagnostics.push(...own, ...(own.length === 0 ? checkUnreadKeys(source, outline, id) : []));
  }
  return [...graph, ...diagnostics, ...documentOutputs(source, outline).diagnostics];
}
