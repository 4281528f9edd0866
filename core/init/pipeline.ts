import { type Written, writeCommented } from '../language/yaml/write-commented.ts';
import { reasonWords } from '../words/init.ts';
import type { Choices } from './choose.ts';
import { heldOut } from './choose-training.ts';
import type { StepName } from './reasons.ts';

/** Where a pipeline and its files are, relative to the pipeline. */
interface Places {
  name: string;
  schema: string;
  source: string;
  /** Undefined where there are too few rows for an exam. */
  exam?: string;
  /** Sentences about the rows and the machine. */
  head: readonly string[];
}

/** Writes the pipeline that the choices make, each option with its reason as a comment. */
export function pipelineText(choices: Choices, places: Places): string {
  const { base, options } = choices;
  const { name, exam, source } = places;
  const comments = new Map<string, string>();
  const optionsOf = (step: StepName) => {
    const nested: Record<string, Written> = {};
    for (const { option, value, because } of options.filter((each) => each.step === step)) {
      comments.set(`steps.${step}.with.${option}`, reasonWords(because));
      setIn(nested, option.split('.'), value);
    }
    return nested;
  };
  const comment = (path: string, text: string) => comments.set(path, text);
  // One name for base and rival, so that another one can be given to a run.
  const isOllama = base.rival !== undefined && base.base === `ollama:${base.rival}`;
  const named = isOllama ? 'ollama:${{ inputs.base }}' : '${{ inputs.base }}';
  const judged = base.rival !== undefined && exam !== undefined;
  const value = {
    name,
    inputs: { base: { default: isOllama ? base.rival! : base.base } },
    steps: {
      data: {
        uses: 'prepare',
        with: { source, ...(exam === undefined ? {} : { exclude: exam }), eval_split: heldOut, ...optionsOf('data') },
      },
      train: {
        uses: 'train',
        with: {
          base: named,
          dataset: '${{ steps.data.outputs.dataset }}',
          ...optionsOf('train'),
        },
      },
      best: { uses: 'checkpoint', with: { from: '${{ steps.train.outputs.checkpoints }}', select: 'best' } },
      merged: {
        uses: 'merge',
        with: { base: named, adapter: '${{ steps.best.outputs.adapter }}' },
      },
      gguf: { uses: 'quantize', with: { model: '${{ steps.merged.outputs.model }}', ...optionsOf('gguf') } },
      model: { uses: 'import', with: { gguf: '${{ steps.gguf.outputs.gguf }}', name: `${name}:candidate` } },
      ...(judged
        ? {
            verdict: {
              uses: 'evaluate',
              with: {
                before: isOllama ? '${{ inputs.base }}' : base.rival!,
                after: '${{ steps.model.outputs.model }}',
                prompts: exam,
                ...optionsOf('verdict'),
              },
            },
            serve: {
              uses: 'promote',
              if: 'steps.verdict.outputs.better',
              with: { model: '${{ steps.model.outputs.model }}', to: `${name}:latest` },
            },
          }
        : {}),
    },
  };
  comment('inputs.base', reasonWords(base.because));
  comment(
    'steps.data',
    'Checks each row, drops duplicates, and holds out a tenth to measure the loss on rows that are not learned.',
  );
  if (exam !== undefined)
    comment(
      'steps.data.with.exclude',
      `The exam. Rows that ask one of its questions, or nearly the same, are not learned. ${reasonWords(choices.exam.because)}`,
    );
  comment('steps.best', 'The checkpoint with the lowest loss on the held-out rows.');
  comment(
    'steps.model',
    `Creates the model in Ollama and proves that it answers as the trained one.${judged ? '' : noVerdict(choices)}`,
  );
  comment('steps.verdict', 'Asks both models the questions of the exam, and serves the new one if it is better.');
  return writeCommented(value, {
    head: [`yaml-language-server: $schema=${places.schema}`, ...places.head],
    comments,
    apart: (path) => path === 'inputs' || path === 'steps' || (/^steps\.\w+$/.test(path) && path !== 'steps.data'),
  });
}

const noVerdict = ({ base }: Choices): string =>
  base.rival === undefined
    ? ' There is no verdict: it compares with the base in Ollama, and no model there is known to be this base. Put it into Ollama and add a step with `uses: evaluate`.'
    : ' There is no verdict: the rows are too few for an exam.';

function setIn(target: Record<string, Written>, path: readonly string[], value: Written): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) target[key] = value;
  else {
    target[key] ??= {};
    setIn(target[key] as Record<string, Written>, rest, value);
  }
}
