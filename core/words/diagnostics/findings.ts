import type { FindingFacts, Fits } from '../../checks/finding.ts';
import { gigabytes } from '../gigabytes.ts';
import { partWords } from '../metrics.ts';
import { plural } from '../plural.ts';
import { trackerTitle } from '../tracking.ts';
import { baseWords } from './bases.ts';
import { cutList, joined, quotedList, type WordsOf } from './said.ts';
import { serverWords } from './servers.ts';

/** Numbers that a message names. */
const maxNumbers = 8;
const maxReasons = 3;
const numbers = (all: readonly number[]) =>
  `${all.slice(0, maxNumbers).join(', ')}${all.length > maxNumbers ? ', …' : ''}`;

/** Places in one file: lines, or rows of a file that has none. */
function placesIn(where: readonly string[]): string {
  const lines = where.map((place) => /:(\d+)(?: \[row \d+\])?$/.exec(place)?.[1]);
  const noun = lines.includes(undefined) ? '' : where.length === 1 ? 'line ' : 'lines ';
  const named = (noun ? lines : where).slice(0, maxNumbers).join(', ');
  return `${noun}${named}${where.length > maxNumbers ? ', …' : ''}`;
}

const badExam = ({ file, why }: { file: string; why: readonly string[] }) =>
  `the exam ${file} cannot be asked: ${why.slice(0, maxReasons).join('; ')}${why.length > maxReasons ? '; …' : ''}`;

const otherLogins: Readonly<Record<string, string>> = {
  wandb: ', or log in with `wandb login`; with `WANDB_MODE=offline` the curve stays on this disk',
};

interface Room {
  has: number;
  isDevice: boolean;
  fits: Fits;
}

const roomWords = ({ has, isDevice }: Room) =>
  isDevice ? `the GPU has ${gigabytes(has)} GB` : `this machine has ${gigabytes(has)} GB of memory and no GPU`;

function fitWords({ isDevice, fits: { set, bytes, billions } }: Room): string {
  const others = isDevice ? 'a larger GPU' : 'a machine with a GPU';
  if (set && bytes !== undefined) {
    const options = Object.entries(set).map(([name, value]) => `\`${name}: ${value}\``);
    return `with ${joined(options, 'and')} it takes about ${gigabytes(bytes)} GB`;
  }
  if (billions !== undefined) return `take a base model of at most ${billions} billion parameters, or ${others}`;
  return isDevice
    ? `take a smaller base model, \`load_in_4bit: true\`, or ${others}`
    : `take a smaller base model, \`precision: bf16\`, or ${others}`;
}

const strangerWords = {
  lfs: (file: string) => ({
    message: `${file} is a pointer of Git LFS, not the file itself`,
    hint: 'run `git lfs pull`',
  }),
  page: (file: string) => ({
    message: `${file} is a web page`,
    hint: 'download the file itself, not the page that shows it',
  }),
  document: (file: string) => ({
    message: `${file} is a document, not a file of rows`,
    hint: `a model can write rows of it: \`npx temper init ${file}\` makes such a pipeline, with \`from: documents\``,
  }),
};

/** The same model under a tag of its own. */
const candidateOf = (name: string) => `${name.replace(/:[^/:]*$/, '')}:candidate`;

/** What the checks before a run have found, behind the path of the option that it is about. */
export const findingWords: { readonly [C in keyof FindingFacts]: WordsOf<FindingFacts[C]> } = {
  UNUSED: {
    'unused-input': ({ input }) => ({
      message: `no expression reads \`inputs.${input}\`, so a value given for it changes nothing`,
      hint: `delete it, or read \`\${{ inputs.${input} }}\` in an option`,
    }),
    'unread-step': ({ step, outputs }) => ({
      message: `no step reads what "${step}" makes, and the pipeline goes on without it`,
      hint: `read ${joined(
        outputs.slice(0, 2).map((output) => `\`\${{ steps.${step}.outputs.${output} }}\``),
        'or',
      )}, or delete the step`,
    }),
    'idle-option': ({ option, because }) => ({
      message: `\`${option}\` has no effect ${because.value === 'not given' ? `without \`${because.option}\`` : `beside \`${because.option}: ${because.value}\``}`,
      hint:
        because.value === 'not given'
          ? `add \`${because.option}\`, or delete \`${option}\``
          : `delete \`${option}\`, or change \`${because.option}\``,
    }),
  },
  BAD_VALUE: {
    'constant-condition': ({ comes }) => ({
      message: `this condition is ${comes ? 'true' : 'false'} in every run`,
      hint: comes ? 'delete it, or compare with an output' : 'write `if: false` to switch a step off',
    }),
    'ended-schedule': ({ until }) => ({
      message: `${until} has passed, so this entry fires no more`,
      hint: 'write a later day, or delete the entry',
    }),
    'never-before-end': ({ cron, until }) => ({
      message: `\`${cron}\` does not fire before ${until}`,
      hint: 'write a later day',
    }),
    'repeated-schedule': ({ number }) => ({
      message: `entry ${number} fires at the same times, so every run would start twice`,
      hint: 'delete one of them',
    }),
    'imports-served-name': ({ name, step, option }) => ({
      message: `the import would replace "${name}", which step "${step}" names in \`${option}\`, before anything is judged`,
      hint: `import it under a name of its own, such as \`${candidateOf(name)}\``,
    }),
    'imported-twice': ({ name, step }) => ({
      message: `step "${step}" imports a model under "${name}" too, so only the later one would be left`,
      hint: 'give each import a name of its own',
    }),
    'reversed-time-zone': ({ zone, hours }) => ({
      message: `${zone} is ${plural(Math.abs(hours), 'hour')} ${hours > 0 ? 'ahead of' : 'behind'} UTC: the sign in such names is reversed`,
      hint: 'the name of a place, such as `Europe/Berlin`, cannot be misread',
    }),
    'compares-with-itself': ({ other }) => ({
      message: `this is the same model as \`${other}\`, so the comparison says nothing`,
      hint: 'name the untuned model, or the one in production',
    }),
    'judges-itself': ({ name, option }) => ({
      message: `the judge ${name} is the model of \`${option}\`: a model prefers its own answers`,
      hint: 'name another model, best a larger one',
    }),
    'decided-comparison': ({ output, least, most, comes }) => ({
      message: `${output} is ${Number.isFinite(most) ? `between ${least} and ${most}` : `at least ${least}`}, so this comparison is ${comes ? 'always' : 'never'} true`,
      hint: 'compare with a number within that range',
    }),
    'small-exam': ({ file, questions, least }) => ({
      message: `${file} has ${plural(questions, 'question')}; with fewer than ${least} no model is proven better, so \`better\` is always false`,
      hint: 'ask more questions, 10 to 50 for most gains, or set `better: mean`',
    }),
    'serves-rival': ({ name, step, option }) => ({
      message: `step "${step}" compares with "${name}" in \`${option}\`: from the second run on, that is the model promoted last`,
      hint: 'name the untuned model there, and the promoted one in `production`',
    }),
  },
  BAD_OPTIONS: {
    'beyond-positions': ({ base, tokens, positions }) => ({
      message: `${base} knows ${positions} positions of tokens, fewer than ${tokens}`,
      hint: `write at most ${positions}, or scale its positions (\`rope_scaling\`) first`,
    }),
    'bad-schema': ({ why }) => ({ message: `the schema ${why}`, hint: 'correct it: https://json-schema.org/learn' }),
    'excluding-options': ({ option, other }) => ({
      message: `\`${option}\` and \`${other}\` exclude each other`,
      hint: 'give one of them',
    }),
    'no-rows-to-measure': ({ option }) => ({
      message: 'measures its drift, and no training before it says on which rows',
      hint: `name them with \`${option}\`: the \`dataset\` output of a prepare step`,
    }),
    'measured-on-training': ({ step, heldOutOption }) => ({
      message: `measures its drift on the rows that were learned, since step "${step}" holds out none`,
      hint: `set \`${heldOutOption}\` of step "${step}" above 0`,
    }),
    'nothing-held-out': ({ option, step, heldOutOption }) => ({
      message: `\`${option}\` measures the training on held-out rows, and step "${step}" holds out none`,
      hint: `set \`${heldOutOption}\` of step "${step}" above 0, or leave \`${option}\` out`,
    }),
    'tracker-without-server': ({ tracker, variable }) => ({
      message: `no server of ${trackerTitle(tracker)} is named, so it does not get the curve`,
      hint: `set \`url\` beside \`to: ${tracker}\`, or the variable ${variable}`,
    }),
    'warmup-without-end': ({ warmupSteps, maxSteps }) => ({
      message: `the learning rate rises for ${plural(warmupSteps, 'step')}, and the training ends at step ${maxSteps}`,
      hint: 'a tenth of the steps is usual',
    }),
    'unusual-value': ({ value, usual: [least, most] }) => ({
      message: `${value} is ${value > most ? 'far above' : 'far below'} what trainings use, ${least} to ${most}`,
      hint: 'a slip such as `2e4` for `2e-4` costs the whole training',
    }),
    'beyond-memory': ({ base, needs, ...it }) => ({
      message: `the weights of ${base} alone take ${gigabytes(needs)} GB, and ${roomWords(it)}`,
      hint: fitWords(it),
    }),
    'hardly-in-memory': ({ base, needs, ...it }) => ({
      message: `by its estimate a training of ${base} takes ${gigabytes(needs)} GB, and ${roomWords(it)}`,
      hint: fitWords(it),
    }),
    'beyond-disk': ({ base, needs, free, copies }) => ({
      message: `steps ${quotedList(copies)} write ${base} anew, about ${gigabytes(needs)} GB, and ${gigabytes(free)} GB are free`,
      hint: 'free some space (`npx temper gc` shows what can go), or set TEMPER_HOME to a larger disk',
    }),
  },
  SECRET_MISSING: {
    'no-such-secret': ({ secret }) => ({
      message: `the secret ${secret} is not set on this machine, so the server would not answer`,
      hint: `store it with \`npx temper secret set ${secret}\``,
    }),
    'tracker-without-login': ({ tracker, host, secret }) => ({
      message: `this machine has no login for ${host}, so ${trackerTitle(tracker)} does not get the curve`,
      hint: `store its key with \`npx temper secret set ${secret}\`${otherLogins[tracker] ?? ''}`,
    }),
  },
  TOOL_MISSING: {
    'no-lm-eval': ({ named }) => ({
      message:
        named === undefined
          ? 'lm-evaluation-harness is not installed: there is no `lm_eval` on PATH'
          : `TEMPER_LM_EVAL names ${named}, which is no program`,
      hint: 'type `pip install "lm-eval[api]"`, and where `lm_eval` is not on PATH name it with TEMPER_LM_EVAL',
    }),
  },
  DOCUMENT_WITHOUT_TEXT: {
    'documents-without-text': ({ documents, found }) => {
      const [{ name, is }, ...more] = found as [(typeof found)[number], ...typeof found];
      const others =
        more.length === 0 ? '' : `, and so it is with ${more.length} more of ${plural(documents, 'document')}`;
      const hasScan = found.some((each) => each.is === 'scan');
      return {
        message: `${name} ${is === 'scan' ? 'holds pictures of pages and no text' : 'is empty'}${others}`,
        hint: hasScan ? 'let `ocrmypdf` or another program for text recognition add the text' : 'name a file with text',
      };
    },
  },
  ...serverWords,
  FILE_NOT_FOUND: {
    'no-such-file': ({ path }) => ({ message: `${path} does not exist`, hint: 'paths are relative to the document' }),
  },
  HUB_FORBIDDEN: {
    'rows-not-cached': ({ source, variable }) => ({
      message: `${source} is not on this disk, and ${variable} forbids to fetch it`,
      hint: `unset ${variable}, or run it once where the network is`,
    }),
  },
  MODEL_NOT_FOUND: {
    'folder-without-dot': ({ base }) => ({
      message: `"${base}" is the name of a model on the Hub, and also a folder beside this document`,
      hint: `write \`./${base}\` for the folder, or \`${base}@main\` for the model on the Hub`,
    }),
  },
  BASE_INCOMPLETE: baseWords,
  UNSAFE_WEIGHTS: {
    'only-pickles': ({ base, files }) => ({
      message: `${base} has its weights only as pickle files (${cutList(files)}), and reading a pickle can run any code`,
      hint: 'take a version of the model with .safetensors files',
    }),
  },
  NO_TEMPLATE: {
    'no-template': ({ base }) => ({
      message: `${base} has no chat template, so rows cannot be rendered`,
      hint: 'take the instruction-tuned model of its family, or set `template` to a Jinja file',
    }),
    'gguf-without-template': ({ base, original }) => {
      const template = `the \`chat_template\` of ${original ?? 'its original'}`;
      return base.startsWith('ollama:')
        ? {
            message: `the file of ${base} holds no chat template; that which Ollama has for it is in another language`,
            hint: `set \`template\` of the training to a Jinja file: ${template}, or one that writes what \`ollama show --template\` shows`,
          }
        : {
            message: `${base} holds no chat template, so rows cannot be rendered`,
            hint: `set \`template\` of the training to a Jinja file, best ${template}`,
          };
    },
  },
  UNSUPPORTED_ARCHITECTURE: {
    'unknown-model-type': ({ base, type, hasCode }) => ({
      message: `${base} is of type "${type}", for which the training library has no language model${hasCode ? '; it brings code of its own, which temper does not run' : ''}`,
      hint: 'take a causal language model, such as a Qwen, Llama, Gemma or Mistral',
    }),
    'not-causal': ({ base, architecture }) => ({
      message: `${base} is a ${architecture}, which does not continue a text word by word, so it cannot learn to chat`,
      hint: 'take a causal language model (`…ForCausalLM`)',
    }),
    'embedding-model': ({ base }) => ({
      message: `${base} is made to compare texts, not to answer`,
      hint: 'take the chat model of its family',
    }),
    'mixture-of-experts': ({ base, experts }) => ({
      message: `${base} chooses from ${experts} experts in each layer, and temper trains no mixture of experts`,
      hint: 'take a dense model of its family',
    }),
    multimodal: ({ base, senses }) => ({
      message: `${base} also takes images or sounds (${cutList(senses)}); temper trains on text, and what is served could not see or hear`,
      hint: 'take a text-only model of its family, or a GGUF file of its language model alone',
    }),
    'unknown-to-converter': ({ base, architecture }) => ({
      message: `${base} is a ${architecture}, which Ollama's converter does not know`,
      hint: 'write `engine: auto` in the quantize step',
    }),
  },
  QUANTIZED_BASE: {
    'quantized-base': ({ base, method, isMerged }) => ({
      message: `${base} is quantized already (${method})${isMerged ? ', and an adapter merged into quantized weights loses much of what it learned' : ''}`,
      hint: 'name its 16-bit original; `load_in_4bit: true` saves as much memory in training',
    }),
    'gguf-quantized': ({ base, quantization, title, original }) => ({
      message: `the weights of ${base} are rounded to ${quantization}; the training starts from what is left of them`,
      hint:
        original === undefined
          ? `where it can be had, name its 16-bit original${title === undefined ? '' : ` (its maker calls it "${title}")`}, on the Hub or on ModelScope`
          : `its 16-bit original is \`base: ${original}\`, or \`base: modelscope:${original}\``,
    }),
  },
  GGUF_UNSUPPORTED: {
    'gguf-architecture': ({ base, architecture, known }) => ({
      message: `${base} is of the architecture "${architecture}", which temper does not make a base model of`,
      hint: `it does of ${known.join(', ')}; for others name the 16-bit original`,
    }),
    'gguf-kind': ({ base, kind }) => ({
      message: `${base} holds no model (${kind})`,
      hint: 'name the model that it belongs to',
    }),
    'gguf-parts': ({ base, parts }) => ({
      message: `${base} is one of ${parts} parts of a model`,
      hint: 'put them together with `llama-gguf-split --merge`, and name that file',
    }),
    'gguf-encoder': ({ base }) => ({
      message: `${base} has an encoder of images or sounds beside its language model, and temper trains text only`,
      hint: 'take a text model of its family',
    }),
  },
  BAD_TARGET_MODULES: {
    'absent-modules': ({ absent, has, isAll }) => ({
      message: `the base model has no layers named ${quotedList(absent)}${isAll ? '' : ', so they are left out'}`,
      hint: `it has ${has.join(', ')}`,
    }),
  },
  TRAINING_ROWS_IN_QUESTIONS: {
    'exam-in-rows': ({ exam, source, shared, questions }) => ({
      message: `${shared === questions ? 'all questions' : `${shared} of ${plural(questions, 'question')}`} of ${exam} stand in the rows of ${source}${shared === questions ? ', so a score would only show what was learned by heart' : ''}`,
      hint: 'ask questions that are not trained on',
    }),
  },
  WRONG_BASE: {
    'adapter-off-gguf': ({ base, step }) => ({
      message: `Ollama has no model of exactly the weights that step "${step}" trains on${base === undefined ? '' : ` (${base})`}, on which the adapter could be put`,
      hint: 'train from a model that Ollama has (`base: ollama:NAME`), or merge, quantize and import `gguf`',
    }),
    'other-base': ({ base, trainedOn, step, file }) => ({
      message: `${base} is not the base model that step "${step}" trains on, ${trainedOn}${file === undefined ? '' : `: their ${file} differs`}`,
      hint: 'name one base model in both steps; an input keeps them equal',
    }),
  },
  NO_CHECKPOINT: {
    'between-checkpoints': ({ step, everySteps, before, after }) => ({
      message: `the training saves no checkpoint at step ${step}: it saves every ${plural(everySteps, 'step')}`,
      hint: `select ${joined([before, after].filter((each) => each > 0).map(String), 'or')}, or change \`checkpoint.every_steps\``,
    }),
    'beyond-last-step': ({ step, maxSteps }) => ({
      message: `the training ends at step ${maxSteps}, before step ${step}`,
      hint: 'select an earlier step, or raise `max_steps`',
    }),
    'checkpoint-not-kept': ({ step, keep, kept, wanted }) => ({
      message: `the training deletes the checkpoint of step ${step} unless it is the best: it keeps the newest ${keep}, which are ${numbers(kept)}`,
      hint: `set \`checkpoint.keep: ${wanted}\`, or select one that is kept`,
    }),
  },
  NO_REFERENCE: {
    'no-reference': ({ file, part, where }) => ({
      message: `${file} has no ${partWords[part]} in ${placesIn(where)}, so there is no score`,
      hint: part === 'reference' ? 'add `reference`, or set `metric: none`' : 'add it, or choose another metric',
    }),
  },
  BAD_DATA: {
    'bad-exam': (facts) => ({ message: badExam(facts), hint: 'docs/rows.md lists the keys of a question' }),
    'empty-file': ({ file }) => ({ message: `${file} is empty`, hint: 'write at least one row into it' }),
    'foreign-rows': ({ file, keys }) => ({
      message: `the first rows of ${file} have no question or conversation; their keys are ${cutList(keys, 8)}`,
      hint: 'name the question `prompt` or `instruction`, or the conversation `messages`, or say which key is which, as in `map: { user: question, assistant: answer }`; docs/rows.md lists all names',
    }),
  },
  NOT_ROWS: {
    'bad-exam': (facts) => ({ message: badExam(facts) }),
    'folder-for-rows': ({ file }) => ({ message: `${file} is a folder`, hint: 'name the file in it' }),
    'stranger-for-rows': ({ file, is }) => strangerWords[is](file),
  },
};
