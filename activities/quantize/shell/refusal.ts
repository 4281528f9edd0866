import { TemperError } from '../../../core/errors/temper-error.ts';
import { trialsByText } from '../../../core/words/trials.ts';
import type { Route, Trial, WantedRoute } from './route.ts';
import { trialWords } from './trial-words.ts';

/** Says why no model of a training could be served, and what would work. */
export function refusal(step: string, wanted: WantedRoute, { trials, architecture }: Route): TemperError {
  const isAdapter = wanted.adapter !== undefined;
  const texts = trialsByText(trials.map((trial) => ({ engine: trial.engine, text: trialWords(trial) })));
  const lines = texts.map(
    ([text, engines]) => `${isAdapter ? 'its adapter' : engines.map((engine) => names[engine]).join(' and ')}: ${text}`,
  );
  const what = isAdapter
    ? 'its adapter could not be put on the base that Ollama has'
    : wanted.isServed
      ? 'no model of it could be served as it is trained'
      : 'no model of it could be converted';
  return new TemperError(
    'BASE_NOT_SERVABLE',
    `step "${step}" would train ${wanted.base}${architecture === null ? '' : ` (${architecture})`}, but ${what}. Tried with a small model of the same kind${isAdapter ? '' : `, ${wanted.type}`}:\n${lines.join('\n')}`,
    { remedy: remedyOf(wanted, trials) },
  );
}

const names = { ollama: 'by Ollama’s converter', 'llama.cpp': 'by llama.cpp’s converter' } as const;

function remedyOf({ engine, template, adapter }: WantedRoute, trials: readonly Trial[]): string {
  const refuted = new Set(trials.flatMap(({ proofs }) => proofs.filter(({ ok }) => !ok).map(({ name }) => name)));
  const ways = [
    adapter
      ? 'merge the adapter and import the whole model (steps `merge` and `quantize`, and `gguf` in the import)'
      : '',
    engine === 'auto' || adapter ? '' : 'set `engine: auto` in the quantize step',
    refuted.has('prompt')
      ? `give the training ${template === undefined ? 'a' : 'another'} \`template\` file, which only puts fixed text around messages`
      : '',
    'serve with a newer Ollama',
    'choose another base model, such as a Qwen2.5 or Llama 3',
  ].filter(Boolean);
  const text = ways.length > 1 ? `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}` : ways[0]!;
  return `${text[0]!.toUpperCase()}${text.slice(1)}. Nothing was trained.`;
}
