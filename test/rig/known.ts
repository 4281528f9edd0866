import { resolve } from 'node:path';
import type { BaseFacts } from '../../core/checks/base-facts.ts';
import { runChecks } from '../../core/checks/checks.ts';
import { type Known, knownSteps } from '../../core/checks/known.ts';
import { sketchPlan } from '../../core/language/plan/make-plan.ts';
import { describeProblem } from '../../core/words/diagnostics/describe.ts';

const rules = { fromDocument: (path: string) => resolve('/d', path), fromShell: (path: string) => resolve(path) };

/** What the checks find in a document whose files have these facts, in words: the code, the place and the message. */
export function findingsIn(text: string, facts: Partial<Omit<Known, 'steps'>> = {}): string[] {
  const { plan, document, diagnostics } = sketchPlan(text, '/d/p.yaml', rules);
  if (!plan) throw new Error(JSON.stringify(diagnostics));
  const known: Known = {
    files: new Map(),
    bases: new Map(),
    foldersBeside: new Set(),
    machine: {},
    documents: document ? [{ within: [], document }] : [],
    now: Date.parse('2026-06-01T12:00:00Z'),
    ...facts,
    steps: knownSteps(plan),
  };
  return runChecks(known).map(({ place, level = 'error', ...problem }) => {
    const path = [...place.within, ...place.path].filter((key) => key !== 'steps' && key !== 'with').join('.');
    return `${level} ${problem.code} ${path}: ${describeProblem(problem).message}`;
  });
}

/** The road from rows to a served model; `steps` replaces whole steps. */
export function road(steps: Readonly<Record<string, string>> = {}): string {
  const all = {
    data: '{ uses: prepare, with: { source: ./rows.jsonl } }',
    train:
      '{ uses: train, with: { base: ./base, dataset: "${{ steps.data.outputs.dataset }}", max_steps: 60, checkpoint: { every_steps: 20 } } }',
    best: '{ uses: checkpoint, with: { from: "${{ steps.train.outputs.checkpoints }}" } }',
    merged: '{ uses: merge, with: { base: ./base, adapter: "${{ steps.best.outputs.adapter }}" } }',
    gguf: '{ uses: quantize, with: { model: "${{ steps.merged.outputs.model }}" } }',
    model: '{ uses: import, with: { gguf: "${{ steps.gguf.outputs.gguf }}", name: "my:candidate" } }',
    verdict:
      '{ uses: evaluate, with: { before: "qwen2.5:0.5b", production: "my:latest", after: "${{ steps.model.outputs.model }}", prompts: ./exam.jsonl } }',
    serve:
      '{ uses: promote, if: steps.verdict.outputs.better, with: { model: "${{ steps.model.outputs.model }}", to: "my" } }',
    ...steps,
  };
  return ['name: road', 'steps:', ...Object.entries(all).map(([id, step]) => `  ${id}: ${step}`)].join('\n');
}

/** What the files of a small sound base model show. */
export const soundBase: BaseFacts = {
  is: 'folder',
  names: ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
  parts: { 'config.json': 'a', 'model.safetensors': 'b', 'tokenizer.json': 'c' },
  broken: [],
  missing: [],
  config: {
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    num_hidden_layers: 2,
    max_position_embeddings: 4096,
  },
  hasTemplate: true,
  weights: {
    bytes: 1000,
    numbers: 500,
    names: [
      'model.embed_tokens.weight',
      ...[0, 1].flatMap((layer) =>
        ['q_proj', 'v_proj'].map((name) => `model.layers.${layer}.self_attn.${name}.weight`),
      ),
    ],
    embeddings: 400,
  },
};

/** Measures of real models, as their config.json says. */
export const qwen7b = {
  hidden_size: 3584,
  intermediate_size: 18_944,
  num_hidden_layers: 28,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  vocab_size: 152_064,
  tie_word_embeddings: false,
};
export const smollm = {
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  vocab_size: 49_152,
  tie_word_embeddings: true,
};
