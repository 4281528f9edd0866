import { resolve } from 'node:path';
import { baseSource } from '../../core/kinds/options/base-source.ts';

/** What goes the road. */
export interface RealModel {
  /** As the option `base` names it. */
  base: string;
  /** A GGUF file that the own Ollama gets first, under the name in `base`; `small`: that of the small model. */
  gguf?: string | 'small';
}

/** What `--model` says: `smollm2`, or a GGUF file, a folder or a name of the Hub as in the option `base`. */
export function realModel(given: string): RealModel {
  if (given === 'smollm2') return { base: 'ollama:smollm2:135m', gguf: 'small' };
  const source = baseSource(given);
  if (source.from === 'gguf') return { base: 'ollama:real:base', gguf: resolve(source.path) };
  return { base: source.from === 'folder' ? resolve(source.path) : given };
}

/**
 * The shipped pipeline for this model, and the part of it that trains. A base that Ollama does not have answers no
 * questions there, so without one the road ends with the proven model.
 */
export function documentsFor(
  pipeline: string,
  {
    base,
    steps,
    batch,
    maxTokens,
    data,
  }: { base: string; steps: number; batch: number; maxTokens?: number; data: string },
): { whole: string; training: string } {
  const source = baseSource(base);
  const every = Math.ceil(steps / 3);
  const text = pipeline
    .replace(/max_steps: \d+/, `max_steps: ${steps}`)
    .replace(/batch_size: \d+/, `batch_size: ${batch}`)
    .replace(/checkpoint: \{ every_steps: \d+/, `checkpoint: { every_steps: ${every}`)
    .replace(/max_tokens: \d+/, (own) => (maxTokens === undefined ? own : `max_tokens: ${maxTokens}`))
    .replaceAll('../data/', data)
    .replaceAll('ollama:${{ inputs.base }}', base)
    .replace('before: ${{ inputs.base }}', `before: ${source.from === 'ollama' ? source.name : 'none'}`);
  const upTo = (step: string) => text.slice(0, text.indexOf(`  ${step}:\n`));
  return {
    whole: source.from === 'ollama' ? text : upTo('verdict'),
    training: upTo('merged').replace('name: first-model', 'name: again'),
  };
}
