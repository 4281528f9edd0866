import type { FindingFacts } from '../../checks/finding.ts';

/** What each finding means, for docs/findings.md: why it is told, in a sentence or two. A reason without one does not compile. */
export const findingNotes: { readonly [C in keyof FindingFacts]: { readonly [R in keyof FindingFacts[C]]: string } } = {
  UNUSED: {
    'unused-input':
      'A run takes a value for the input and ignores it. Mostly an option still has the number that the input was made for.',
    'unread-step':
      'The step takes its time and its disk, and the pipeline ends with something that does not use it. A pipeline whose every end is of this kind ends there on purpose.',
    'idle-option':
      'Another option decides, so a change of this one changes nothing. Only options that the document writes are told, never defaults.',
  },
  BAD_VALUE: {
    'imports-served-name':
      'The import itself would replace the served model, before any evaluation, so the gate guards nothing.',
    'imported-twice': 'Two imports write one name, and only the later one is left. Steps with conditions are not told.',
    'reversed-time-zone': 'In names such as `Etc/GMT-8` the sign counts west of Greenwich: this one is east.',
    'compares-with-itself': 'Both sides of the evaluation are one model, so the scores are equal whatever was learned.',
    'judges-itself':
      'A model that judges tends to prefer answers in its own words. The verdicts count all the same, and the report says it again.',
    'constant-condition':
      'The condition reads no output and no input, or compares a value with itself. `if: false` is not told.',
    'ended-schedule': 'The last day of the entry lies in the past. Temporal keeps the schedule and never starts a run.',
    'never-before-end': 'Between now and the last day there is no time at which the entry fires.',
    'repeated-schedule': 'Two entries have the same times in the same zone, so each time starts two runs.',
    'decided-comparison':
      'The output lies in a range that lies on one side of the number: the gate never opens, or never closes.',
    'small-exam':
      'Of two equal models, one wins all of five questions in every sixteenth exam. docs/promotion.md has the rule.',
    'serves-rival':
      'From the second run on, the model that is compared with is the one promoted last, not the untuned one.',
  },
  NO_REFERENCE: {
    'no-reference':
      'A score needs an answer to compare with for every question; `regex` needs a `pattern`, and `number` a number in the reference.',
  },
  BAD_DATA: {
    'bad-exam':
      'The reader of the evaluation refuses these questions. `plan` and `run` ask it; `validate` tells what was found before.',
    'empty-file':
      'The file has no bytes. It may be filled before a schedule fires, so `validate` warns and `run` refuses.',
    'foreign-rows': 'None of the first 20 rows has a key that asks something. With `on_bad_row: skip` it is a warning.',
  },
  NOT_ROWS: {
    'bad-exam': 'The file is none of the formats that temper reads.',
    'folder-for-rows': 'A step reads one file.',
    'stranger-for-rows':
      'A clone without Git LFS leaves a pointer of a few lines; a download of a page leaves HTML. A PDF, a Word file or an e-book needs `from: documents`.',
  },
  BAD_OPTIONS: {
    'beyond-positions': 'The model was trained on fewer positions, and answers badly beyond them.',
    'bad-schema':
      'A keyword that JSON Schema does not have is refused too, since it would check nothing. Schemas elsewhere are not loaded.',
    'excluding-options': 'The step can follow only one of the two.',
    'no-rows-to-measure':
      'The model of a `run` step names no rows, so a `quantize` step that measures has nothing to measure on.',
    'measured-on-training':
      'A model is surer of rows that it has learned, so quantization changes less there than on others. The report says so too; it is a warning.',
    'nothing-held-out': 'The option measures the training on held-out rows, and there are none.',
    'tracker-without-server':
      'MLflow has no server of its own. The training runs and the tracker gets nothing, so it is a warning.',
    'warmup-without-end': 'The training ends before its learning rate has risen, so most of it has a rate near zero.',
    'unusual-value': 'The number is far from those that trainings use. Most are slips of the pen.',
    'beyond-memory':
      'Weights and adapter alone are larger than the memory that would hold them. `plan` and a run refuse it where the training is not reused, and say what would fit; docs/estimates.md has the formulas.',
    'hardly-in-memory':
      'The estimate of the whole training is larger than the memory, though its weights are not. It is an estimate, and temper splits the batch where memory runs out, so it is a warning.',
    'beyond-disk': 'The steps that write the model anew need more than is free.',
  },
  SECRET_MISSING: {
    'no-such-secret':
      'Neither a stored secret nor a variable of this shell has the name. A worker may have the variable, so it is a warning; a run fails before its first step.',
    'tracker-without-login':
      'Neither a secret, nor a variable, nor `~/.netrc` has a login for the tracker. The training runs and the tracker gets nothing, so it is a warning.',
  },
  TOOL_MISSING: {
    'no-lm-eval':
      'The step would fail after the training. It may be installed before a schedule fires, so `validate` warns and `run` refuses.',
  },
  DOCUMENT_WITHOUT_TEXT: {
    'documents-without-text':
      'A PDF without a single font has no text on its pages: it was scanned. Where other documents of the folder have text it is a warning.',
  },
  MODEL_NOT_IN_OLLAMA: {
    'not-in-ollama':
      'A step asks the model, and Ollama does not have it. It can be pulled until the run begins, so `plan` warns and a run fails before its first step.',
  },
  ENDPOINT_UNREACHABLE: {
    'silent-server':
      'Nobody answers at the address of a judge or writer. `plan` asks for the list of models and warns; a run waits for the server before its first step.',
  },
  ENDPOINT_KEY_REFUSED: {
    'refused-key': 'The server wants a key, or another one. `plan` warns, and a run fails before its first step.',
  },
  ENDPOINT_REFUSED: {
    'refused-question':
      'The server answers, but not as one of the protocol of OpenAI does. `plan` warns, and a run fails before its first step.',
  },
  ENDPOINT_MODEL_UNKNOWN: {
    'unlisted-model':
      'Some servers have models that they do not list, so `plan` warns; a run asks the model one question before its first step.',
  },
  FILE_NOT_FOUND: {
    'no-such-file':
      'Paths are relative to the document. The file may come before a schedule fires, so `validate` warns and `run` refuses.',
  },
  HUB_FORBIDDEN: {
    'rows-not-cached':
      'No run of this home has fetched these files of the dataset, or they were deleted. Where the cache may still come, `validate` warns and `run` refuses.',
  },
  MODEL_NOT_FOUND: {
    'folder-without-dot': 'Without `./` the name means a model on the Hub.',
  },
  BASE_INCOMPLETE: {
    'base-is-file': 'A base model is a folder, or a file whose name ends with `.gguf`.',
    'base-is-adapter': 'An adapter is no model: a training starts from the base it was made for, with `continue_from`.',
    'broken-base-file': 'A file is cut off, empty, a pointer of Git LFS or a web page.',
    'no-base-config': 'Without config.json nothing says what the weights mean.',
    'no-tokenizer': 'Without its tokenizer a text cannot be turned into tokens.',
    'missing-weights': 'The index names files of weights that are not there.',
    'no-weights': 'The folder holds no weights that temper reads.',
    'missing-layers':
      'The weights have fewer layers than the config says; the library would fill the others with random numbers.',
    'no-output-layer': 'The config says that the output layer has weights of its own, and they are not there.',
    'token-without-embedding': 'The tokenizer knows a token for which the weights have no row.',
  },
  UNSAFE_WEIGHTS: {
    'only-pickles': 'Reading a pickle can run any code, so temper reads none.',
  },
  NO_TEMPLATE: {
    'no-template': 'A chat template turns a conversation into the text that the model reads.',
    'gguf-without-template': "The file holds no Jinja template, and Ollama's own is in another language.",
  },
  UNSUPPORTED_ARCHITECTURE: {
    'unknown-model-type':
      'The pinned training library has no causal language model of this type, and temper runs no code that comes with a model.',
    'not-causal': 'The model fills gaps, classifies or translates; it does not continue a text.',
    'embedding-model': 'The model is made to compare texts.',
    multimodal:
      'The model has an encoder of images or sounds; temper trains on text, and what is served would have none.',
    'mixture-of-experts': 'temper trains no mixture of experts.',
    'unknown-to-converter': "Ollama's converter does not know this architecture, and the document asks for it.",
  },
  QUANTIZED_BASE: {
    'quantized-base': 'An adapter that is merged into quantized weights loses much of what it learned.',
    'gguf-quantized': 'The training starts from what rounding has left of the weights.',
  },
  GGUF_UNSUPPORTED: {
    'gguf-architecture': 'temper makes base models of some architectures only; docs/bases.md lists them.',
    'gguf-kind': 'The file holds an adapter, a projector or something else, and no model.',
    'gguf-parts': 'The model is cut into several files.',
    'gguf-encoder': 'temper trains text only.',
  },
  BAD_TARGET_MODULES: {
    'absent-modules':
      'No layer of the base has such a name. The library leaves those out in silence as long as one fits.',
  },
  TRAINING_ROWS_IN_QUESTIONS: {
    'exam-in-rows':
      'A score would show what was learned by heart. Questions count as equal without regard to spaces and letter case, whatever their keys are called. If only some are shared it is a warning, because they may be held out.',
  },
  WRONG_BASE: {
    'adapter-off-gguf':
      'An adapter alone is put on the very file that it was trained on. A base of the Hub, a folder or another step is no file of Ollama.',
    'other-base': 'An adapter belongs to the very weights it was trained on. Two folders are compared by their files.',
  },
  NO_CHECKPOINT: {
    'between-checkpoints': 'The training saves other steps than the selected one.',
    'beyond-last-step': 'The training ends before the selected step.',
    'checkpoint-not-kept': 'The training saves the step and deletes it again, unless it is the best.',
  },
};
