/** Optimizer steps of the training: enough for several faults, each of which costs the steps since the last checkpoint. */
export const lastStep = 300;
/** Steps between two saves; a fault may cost no more. */
export const saveEvery = 10;
export const servedName = 'chaos:latest';

/** Usual duration of each part of the run on two free cores; `share` of a moment refers to it. */
export const usualMs: Readonly<Record<string, number>> = {
  loading: 6_000,
  pin: 500,
  data: 500,
  best: 500,
  merged: 3_000,
  gguf: 500,
  model: 8_000,
  verdict: 1_500,
  serve: 100,
};

/** A pipeline with every part that a fault can hit: training with evaluations and saves, and all steps with Ollama. */
export const document = `
name: chaos
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train:
    uses: train
    with:
      base: ./model
      dataset: "\${{ steps.data.outputs.dataset }}"
      max_steps: ${lastStep}
      batch_size: 4
      log_every_steps: 1
      lora: { dropout: 0.1 }
      checkpoint: { every_steps: ${saveEvery}, keep: 2 }
      eval: { every_steps: 50 }
    retry: { initial_interval: 1s, max_interval: 2s }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: last }, retry: { initial_interval: 1s } }
  merged: { uses: merge, with: { base: ./model, adapter: "\${{ steps.best.outputs.adapter }}" }, retry: { initial_interval: 1s } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", type: q8_0 }, retry: { initial_interval: 1s } }
  model: { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "chaos:candidate", parameters: { num_thread: 1 } }, retry: { initial_interval: 1s } }
  verdict:
    uses: evaluate
    with: { before: "\${{ steps.model.outputs.model }}", after: "\${{ steps.model.outputs.model }}", prompts: ./questions.jsonl, metric: chrf, max_tokens: 24 }
    retry: { initial_interval: 1s }
  serve: { uses: promote, with: { model: "\${{ steps.model.outputs.model }}", to: "${servedName}" }, needs: [verdict], retry: { initial_interval: 1s } }
`;

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export const rows = lines(
  Array.from({ length: 60 }, (_, n) => ({ instruction: `What is ${n} plus ${n}?`, output: `It is ${n + n}.` })),
);

/** No training row is among them: the evaluation refuses such questions. */
export const questions = lines(
  Array.from({ length: 4 }, (_, n) => ({ prompt: `What is ${n} times ${n}?`, reference: `It is ${n * n}.` })),
);
