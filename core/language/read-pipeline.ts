import { isRecord } from '../json.ts';
import { definitionOf, stepKinds } from '../kinds/registry.ts';
import { jsonSchemaOf, optionPaths } from './check/json-schema.ts';
import { checkParts, checkShape } from './check/parts.ts';
import { documentOutputs } from './check/sections/outputs.ts';
import type { Diagnostic } from './diagnostic.ts';
import { pipelineSchema } from './document.ts';
import { foreignDocument } from './foreign/documents.ts';
import { foreignText } from './foreign/texts.ts';
import { type Outline, outlineOf, type PipelineOutline, withInputs, withPipelines } from './outline.ts';
import type { Read, Reading, Used } from './reading.ts';
import { usePipeline } from './used-pipelines.ts';
import { nameLookalikes } from './yaml/lookalikes.ts';
import { readYaml } from './yaml/source.ts';

/** Reads a YAML text as a document, with all its mistakes at once, and the pipelines that its steps run. */
export function readPipeline(text: string, reading: Reading): Read {
  const { source, diagnostics } = readYaml(text);
  const wrong = (found: Diagnostic[]): Read => ({ source, used: new Map(), check: () => nameLookalikes(found, text) });
  if (!isRecord(source.value) || !('steps' in source.value || 'name' in source.value)) {
    const isText = foreignText(text);
    if (isText)
      return wrong([{ code: 'NOT_A_PIPELINE', reason: 'foreign-document', facts: { text: isText }, at: 0, end: 1 }]);
  }
  if (source.value === undefined) return wrong(diagnostics);
  if (!isRecord(source.value)) {
    const at = { at: 0, end: 1, ...(source.value === null ? {} : source.locate([], 'value')) };
    const reason = source.value === null ? 'empty-document' : 'not-a-map';
    return wrong([...diagnostics, { code: 'NOT_A_PIPELINE', reason, facts: {}, ...at }]);
  }
  const foreign = foreignDocument(source.value, equivalentOptions);
  if (foreign) {
    const { document: facts, key } = foreign;
    const place = source.locate([key], 'key');
    return wrong([{ code: 'NOT_A_PIPELINE', reason: 'foreign-document', facts, ...place }]);
  }
  const { outline, used } = outlineWithPipelines(source.value, reading);
  const known = [...diagnostics, ...checkShape(source)];
  const parsed = pipelineSchema.safeParse(source.value);
  return {
    source,
    outline,
    used,
    ...(parsed.success ? { document: parsed.data } : {}),
    check: (values = {}) => nameLookalikes([...known, ...checkParts(source, withInputs(outline, values), used)], text),
  };
}

/** The options of steps that read rows and of those that train, with their kind: `prepare.source`, `train.lora.r`. */
const equivalentOptions = () => {
  const kinds = stepKinds.filter((kind) => definitionOf(kind)?.rowsOption !== undefined);
  const of = (trains: boolean) =>
    kinds
      .filter((kind) => (definitionOf(kind)?.keepsProgress === true) === trains)
      .flatMap((kind) => optionPaths(jsonSchemaOf(kind)).map((path) => `${kind}.${path}`));
  return { rows: of(false), training: of(true) };
};

function outlineWithPipelines(document: unknown, reading: Reading): { outline: Outline; used: Map<string, Used> } {
  const outline = outlineOf(document);
  const used = new Map<string, Used>();
  for (const [id, { file }] of Object.entries(outline.steps))
    if (file !== undefined) used.set(id, usePipeline(file, reading, readPipeline));
  const pipelines = [...used].flatMap(([id, each]) => ('read' in each ? [[id, asStep(each.read)] as const] : []));
  return { outline: withPipelines(outline, new Map(pipelines)), used };
}

function asStep({ source, document, outline }: Read): PipelineOutline {
  const needed = Object.entries(document?.inputs ?? {}).filter(([, input]) => input.default === undefined);
  return {
    needed: needed.map(([name]) => name),
    ...(outline?.inputs ? { inputs: outline.inputs } : {}),
    ...(outline ? { outputs: documentOutputs(source, outline).types } : {}),
  };
}
