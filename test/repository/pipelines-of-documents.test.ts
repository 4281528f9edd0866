import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments, stringify } from 'yaml';
import { renderDiagnostics } from '../../cli/view/diagnostics/render-diagnostics.ts';
import { isError } from '../../core/language/diagnostic.ts';
import { checkDocument } from '../../core/language/plan/make-plan.ts';
import type { PathRules } from '../../core/language/reading.ts';
import { blocksOf, documents } from '../rig/documents/blocks.ts';

type Values = Record<string, unknown>;

/** What pages take for granted where they show a part of a pipeline. */
const steps = {
  data: { uses: 'prepare', with: { source: './rows.jsonl' } },
  train: { uses: 'train', with: { base: '${{ inputs.base }}', dataset: '${{ steps.data.outputs.dataset }}' } },
  best: { uses: 'checkpoint', with: { from: '${{ steps.train.outputs.checkpoints }}' } },
  merged: { uses: 'merge', with: { base: '${{ inputs.base }}', adapter: '${{ steps.best.outputs.adapter }}' } },
  gguf: { uses: 'quantize', with: { model: '${{ steps.merged.outputs.model }}' } },
  model: { uses: 'import', with: { gguf: '${{ steps.gguf.outputs.gguf }}', name: 'mine:candidate' } },
  verdict: {
    uses: 'evaluate',
    with: { before: 'base:latest', after: '${{ steps.model.outputs.model }}', prompts: './exam.jsonl' },
  },
};
const inputs = { base: { default: 'Qwen/Qwen2.5-0.5B-Instruct' } };

/** Completes a part: the keys of a pipeline, or steps alone; `steps: …` stands for the usual ones. */
function completed(part: Values): Values {
  const isSteps = Object.values(part).every((value) => value !== null && typeof value === 'object' && 'uses' in value);
  const given = (isSteps ? part : part.steps) as Values | string | undefined;
  const shown = typeof given === 'object' ? given : {};
  if (typeof given === 'object' && 'name' in part) return part;
  return { name: 'mine', inputs, ...(isSteps ? {} : part), steps: { ...steps, ...shown } };
}

/** A second document of a block is the pipeline that a step of the first one runs. */
const rulesOf = (inner: string | undefined): PathRules => {
  const rules: PathRules = { fromDocument: (path) => path, fromShell: (path) => path };
  const open = (path: string) => ({ path, shown: path, text: inner ?? '', rules });
  return inner === undefined ? rules : { ...rules, open };
};

for (const document of documents) {
  const blocks = blocksOf(document).filter(({ language }) => language === 'yaml');
  if (blocks.length === 0) continue;
  test(`every pipeline in ${document}, or part of one, is valid`, () => {
    for (const { line, text } of blocks) {
      const [outer, inner] = parseAllDocuments(text).map((part) => stringify(completed(part.toJS() as Values)));
      const { diagnostics } = checkDocument(outer!, 'mine.yaml', rulesOf(inner));
      if (diagnostics.some(isError)) assert.fail(renderDiagnostics(diagnostics, outer!, `${document}:${line}`));
    }
  });
}

test('every block of JSON in a page is JSON, as a whole or line by line', () => {
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const broken = documents
    .flatMap((document) => blocksOf(document))
    .filter(({ language, text }) => language === 'json' && !isJson(text) && !text.trim().split('\n').every(isJson));
  assert.deepEqual(
    broken.map(({ document, line }) => `${document}:${line}`),
    [],
  );
});
