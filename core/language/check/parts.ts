import { isRecord } from '../../json.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { inputTypes, pipelineSchema } from '../document.ts';
import { hasExpression } from '../expression/parse.ts';
import { type Type, word } from '../expression/types.ts';
import type { Outline } from '../outline.ts';
import type { Used } from '../reading.ts';
import type { Source } from '../yaml/source.ts';
import { describeIssues, show } from './describe-issue.ts';
import { checkCondition } from './expressions.ts';
import { checkGraph } from './graph.ts';
import { checkKeys } from './keys.ts';
import { checkMatrix, checkUnreadKeys } from './matrix.ts';
import { checkTells } from './notifications.ts';
import { checkOptions } from './options.ts';
import { documentOutputs } from './outputs.ts';
import { checkSchedules } from './schedule.ts';
import { jsonSchemaOf } from './schema-words.ts';
import { checkUse } from './used-pipeline.ts';

/** The document's own keys. Options of steps, expressions and references are the outline's. */
export function checkShape(source: Source): Diagnostic[] {
  const parsed = pipelineSchema.safeParse(source.value);
  const diagnostics = describeIssues(parsed.error?.issues ?? [], {
    source,
    value: source.value,
    // A document without mistakes needs none.
    get schema() {
      return jsonSchemaOf('document');
    },
    prefix: [],
  });
  if (isRecord(source.value) && isRecord(source.value.steps) && Object.keys(source.value.steps).length === 0)
    diagnostics.push({ code: 'NO_STEPS', message: 'this pipeline has no steps', ...source.locate(['steps'], 'key') });
  return [...diagnostics, ...checkDefaults(source), ...checkSchedules(source), ...checkTells(source)];
}

/** A default must be of its input's type, and is taken as it stands. */
function checkDefaults(source: Source): Diagnostic[] {
  const inputs = isRecord(source.value) && isRecord(source.value.inputs) ? source.value.inputs : {};
  return Object.entries(inputs).flatMap(([name, input]) => {
    const { type = 'string', default: value } = isRecord(input) ? input : {};
    if (value === undefined || isRecord(value) || Array.isArray(value) || value === null) return [];
    if (!(inputTypes as readonly unknown[]).includes(type)) return [];
    const wanted = (type === 'path' ? 'string' : type) as Type;
    const path = ['inputs', name, 'default'];
    const say = (message: string): Diagnostic[] => [
      { code: 'BAD_VALUE', message: `${path.join('.')} ${message}`, ...source.locate(path, 'value') },
    ];
    if (typeof value !== wanted) return say(`must be ${word(wanted)}, as the input's type says, got ${show(value)}`);
    return hasExpression(String(value)) ? say('is a plain value; expressions may stand only in `with` and `if`') : [];
  });
}

/** Everything that can be wrong between the parts of a document, in every part that can be understood. */
export function checkParts(source: Source, outline: Outline, used: ReadonlyMap<string, Used>): Diagnostic[] {
  const graph = checkGraph(source, outline);
  if (graph.some(({ code }) => code === 'TOO_MANY_STEPS')) return graph;
  const diagnostics: Diagnostic[] = [];
  for (const id of Object.keys(outline.steps)) {
    // A file of nothing but mistakes need not be read to its end.
    if (diagnostics.length > 200) break;
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
