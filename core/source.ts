import { describeIssue } from './describe-issue.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type PipelineDocument, pipelineSchema } from './document.ts';
import { isRecord } from './json.ts';
import { readYaml, type Source } from './yaml-source.ts';

/** YAML text → the document's structure, or every mistake of its shape. Options and expressions are checked by `check.ts`. */
export function readPipeline(text: string): { source: Source; document?: PipelineDocument; diagnostics: Diagnostic[] } {
  const { source, diagnostics } = readYaml(text);
  if (diagnostics.length > 0) return { source, diagnostics };
  if (!isRecord(source.value)) {
    return {
      source,
      diagnostics: [{ code: 'NOT_A_PIPELINE', message: 'a pipeline is a map with `name` and `steps`', at: 0, end: 1 }],
    };
  }
  const parsed = pipelineSchema.safeParse(source.value);
  if (parsed.success) return { source, document: parsed.data, diagnostics: checkWhole(source, parsed.data) };
  return { source, diagnostics: parsed.error.issues.flatMap((issue) => describeIssue(issue, source, [])) };
}

function checkWhole(source: Source, document: PipelineDocument): Diagnostic[] {
  if (Object.keys(document.steps).length > 0) return [];
  return [{ code: 'NO_STEPS', message: 'this pipeline has no steps', ...source.locate(['steps'], 'key') }];
}
