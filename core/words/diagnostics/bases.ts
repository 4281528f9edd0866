import type { BrokenFile } from '../../checks/base-facts.ts';
import type { FindingFacts } from '../../checks/finding.ts';
import { comesFromGguf } from '../../kinds/options/base-source.ts';
import { plural } from '../plural.ts';
import { cutList, type WordsOf } from './said.ts';

const whyBroken: Readonly<Record<BrokenFile['why'], readonly [what: string, todo: string]>> = {
  lfs: ['is a pointer of Git LFS, not the file itself', 'run `git lfs install` and `git lfs pull` in that folder'],
  page: ['is a web page, not the file itself', 'download the file itself: on the Hub, the link "download" beside it'],
  empty: ['is empty', 'download it again'],
  short: ['is cut off: it is shorter than its header says', 'download it again'],
  'not-weights': ['is not a file of weights in the safetensors format', 'download it again'],
  'not-gguf': ['is not a whole GGUF file', 'download it again'],
  'not-json': ['is not a JSON object', 'download it again, or correct the last change'],
};

/** What the files of a base model lack. */
export const baseWords: WordsOf<FindingFacts['BASE_INCOMPLETE']> = {
  'base-is-file': ({ base }) => ({
    message: `${base} is a file; a base model is a folder with config.json and safetensors weights, or a GGUF file (\`./model.gguf\`)`,
    hint: 'name the folder',
  }),
  'base-is-adapter': ({ base }) => ({
    message: `${base} holds an adapter (adapter_config.json), not a base model`,
    hint: 'name the model it was trained on; `continue_from` starts from an adapter that temper made',
  }),
  'broken-base-file': ({ base, file, why }) => ({
    // A GGUF file is its own folder.
    message: `${comesFromGguf(base) ? base : `${base}/${file}`} ${whyBroken[why][0]}`,
    hint: whyBroken[why][1],
  }),
  'no-base-config': ({ base, ggufs }) => ({
    message: `${base} has no config.json, so it is not the folder of a model${ggufs > 0 ? `; it holds ${plural(ggufs, 'GGUF file')}` : ''}`,
    hint:
      ggufs > 0
        ? 'name the GGUF file itself (`./model.gguf`), or the folder that holds config.json'
        : 'name the folder that holds config.json; in a cache of the Hub it is below `snapshots`',
  }),
  'no-tokenizer': ({ base }) => ({
    message: `${base} has no tokenizer (tokenizer.json)`,
    hint: 'fetch the tokenizer files of the model too',
  }),
  'missing-weights': ({ base, files }) => ({
    message: `${base} lacks ${plural(files.length, 'file')} of weights that its index names: ${cutList(files)}`,
    hint: 'finish the download',
  }),
  'no-weights': ({ base, hasShards }) => ({
    message: `${base} has ${hasShards ? 'files of weights without their index (model.safetensors.index.json)' : 'no model.safetensors, so there are no weights to train on'}`,
    hint: hasShards ? 'fetch the index too' : 'fetch the weights too',
  }),
  'missing-layers': ({ base, layers, there }) => ({
    message: `the weights of ${base} have ${there} of the ${layers} layers in its config.json; the others would be random numbers`,
    hint: 'fetch the model again',
  }),
  'no-output-layer': ({ base }) => ({
    message: `${base} has no output layer (lm_head), though its config.json says that it is not tied to the embedding; it would be random numbers`,
    hint: 'fetch the model again, or correct `tie_word_embeddings`',
  }),
  'token-without-embedding': ({ base, token, rows }) => ({
    message: `the tokenizer of ${base} has a token ${token}, and its weights only embeddings for ${rows} tokens`,
    hint: 'take the tokenizer that belongs to the weights',
  }),
};
