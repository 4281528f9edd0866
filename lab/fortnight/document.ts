import { fileURLToPath } from 'node:url';

export const servedName = 'fortnight:latest';
/** The `on_failure` command appends the notification of each failed night to this file. */
export const notificationsFile = 'notifications.jsonl';

const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Optimizer steps of the two trainings; absent: as in the quickstart. */
export interface Size {
  base?: number;
  train?: number;
}

/** A typical nightly pipeline: the quickstart's tiny base model, a growing file of rows, a gate, a serving name. */
export const document = (folder: string, { base, train = 80 }: Size = {}) => `
name: fortnight
on:
  schedule: [{ cron: "0 2 * * *", timezone: UTC }]
on_failure: { run: [tee, --append, ${folder}/${notificationsFile}] }
steps:
  base:
    uses: run
    with:
      command: [python, inputs/pretrain.py, --out, model${base === undefined ? '' : `, --steps, "${base}"`}]
      inputs: { pretrain.py: ${project('pipelines/quickstart/pretrain.py')} }
      outputs: { model: { path: model, type: model } }
  data: { uses: prepare, with: { source: ./rows.jsonl, eval_split: 0.1 } }
  train:
    uses: train
    with:
      base: "\${{ steps.base.outputs.model }}"
      dataset: "\${{ steps.data.outputs.dataset }}"
      max_steps: ${train}
      batch_size: 16
      learning_rate: 5e-3
      warmup_steps: 5
      max_length: 128
      log_every_steps: 1
      lora: { r: 16, alpha: 32, target_modules: all-linear }
      checkpoint: { every_steps: 10, keep: 2 }
    retry: { initial_interval: 1s }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: best } }
  merged: { uses: merge, with: { base: "\${{ steps.base.outputs.model }}", adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", type: q8_0 } }
  model:
    uses: import
    with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "fortnight:candidate", parameters: { num_thread: 1 } }
  base_gguf: { uses: quantize, with: { model: "\${{ steps.base.outputs.model }}", type: q8_0 } }
  before:
    uses: import
    with: { gguf: "\${{ steps.base_gguf.outputs.gguf }}", name: "fortnight-base:latest", parameters: { num_thread: 1 } }
  verdict:
    uses: evaluate
    with:
      before: "\${{ steps.before.outputs.model }}"
      after: "\${{ steps.model.outputs.model }}"
      production: ${servedName}
      prompts: ${project('data/quickstart/eval.jsonl')}
      metric: chrf
      max_tokens: 48
  serve:
    uses: promote
    if: steps.verdict.outputs.better
    with: { model: "\${{ steps.model.outputs.model }}", to: "${servedName}" }
`;
