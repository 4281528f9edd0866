import { type Diagnostic, unique } from '../diagnostic.ts';
import type { PipelineDocument } from '../document.ts';
import { withInputs } from '../outline.ts';
import { readPipeline } from '../read-pipeline.ts';
import type { InputValues, PathRules, Read } from '../reading.ts';
import type { Source } from '../yaml/source.ts';
import { givenValues } from './sections/used-pipeline.ts';

/** A document with its mistakes, and the pipelines that its steps run. */
export interface Checked {
  source: Source;
  document?: PipelineDocument;
  /** Of the document alone. */
  diagnostics: Diagnostic[];
  used: UsedChecked[];
}

export interface UsedChecked extends Checked {
  /** The step that runs it, and its file as a person would type it. */
  step: string;
  file: string;
}

/** Lists the mistakes of a document and of all pipelines within it. A pipeline that several steps run is listed once. */
export function problemsByFile(
  checked: Checked,
  file: string,
): { file: string; source: Source; diagnostics: Diagnostic[] }[] {
  const found = new Map<string, { file: string; source: Source; diagnostics: Diagnostic[] }>();
  const visit = ({ source, diagnostics, used }: Checked, name: string): void => {
    const all = unique([...(found.get(name)?.diagnostics ?? []), ...diagnostics]);
    if (all.length > 0) found.set(name, { file: name, source, diagnostics: all });
    for (const each of used) visit(each, each.file);
  };
  visit(checked, file);
  return [...found.values()];
}

/** Checks a document alone, with its defaults: an input without a default is not a mistake. */
export function checkDocument(text: string, path = '', rules: PathRules = nowhere): Checked {
  return checkAll(readFrom(text, path, rules));
}

const nowhere: PathRules = { fromDocument: (path) => path, fromShell: (path) => path };

export const readFrom = (text: string, path: string, rules: PathRules): Read =>
  readPipeline(text, { rules, chain: [{ path, shown: path.split('/').at(-1)! }], count: { files: 0 } });

/** Checks a document and the pipelines that its steps run. `values` are inputs that are known. */
export function checkAll({ source, document, outline, used, check }: Read, values: InputValues = {}): Checked {
  const known = outline && withInputs(outline, values);
  return {
    source,
    ...(document ? { document } : {}),
    diagnostics: check(values),
    used: [...used].flatMap(([step, each]) =>
      'read' in each ? [{ ...checkAll(each.read, givenValues(known!, step)), step, file: each.opened.shown }] : [],
    ),
  };
}

export const isBroken = ({ diagnostics, used }: Checked): boolean => diagnostics.length > 0 || used.some(isBroken);
