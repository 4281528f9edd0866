import { checkParts, checkShape } from './check.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type PipelineDocument, pipelineSchema } from './document.ts';
import { isRecord } from './json.ts';
import { outlineOf, withInputs } from './outline.ts';
import { readYaml, type Source } from './yaml-source.ts';

export interface Read {
  source: Source;
  /** Absent where the document's own keys are not in order. */
  document?: PipelineDocument;
  /** Every mistake of the document, options and expressions included; `values` are inputs that are known. */
  check: (values?: Readonly<Record<string, string | number | boolean>>) => Diagnostic[];
}

/** YAML text → the document and its mistakes, all at once. */
export function readPipeline(text: string): Read {
  const { source, diagnostics } = readYaml(text);
  const wrong = (found: Diagnostic[]): Read => ({ source, check: () => found });
  if (source.value === undefined) return wrong(diagnostics);
  if (!isRecord(source.value)) {
    const at = { at: 0, end: 1, ...(source.value === null ? {} : source.locate([], 'value')) };
    const message =
      source.value === null
        ? 'the document is empty; a pipeline has `name` and `steps`'
        : 'a pipeline is a map with `name` and `steps`';
    return wrong([...diagnostics, { code: 'NOT_A_PIPELINE', message, ...at }]);
  }
  const outline = outlineOf(source.value);
  const known = [...diagnostics, ...checkShape(source)];
  const parsed = pipelineSchema.safeParse(source.value);
  return {
    source,
    ...(parsed.success ? { document: parsed.data } : {}),
    check: (values = {}) => [...known, ...checkParts(source, withInputs(outline, values))],
  };
}
