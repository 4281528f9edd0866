import type { Tracker } from '../kinds/options/tracking.ts';
import type { Part } from '../metrics/metrics.ts';
import type { BrokenFile } from './base-facts.ts';

/** What would fit: options to set, with the bytes that the training then takes, or the largest usual base model. */
export interface Fits {
  set?: Readonly<Record<string, string | number | boolean>>;
  bytes?: number;
  billions?: number;
}

/** Why a run would end badly, under the public code that it would end with. */
export interface FindingFacts {
  UNUSED: {
    'unused-input': { input: string };
    'unread-step': { step: string; outputs: readonly string[] };
    'idle-option': { option: string; because: { option: string; value: string } };
  };
  BAD_VALUE: {
    /** The import would replace the model that another step serves, or compares with. */
    'imports-served-name': { name: string; step: string; option: string };
    'imported-twice': { name: string; step: string };
    /** `hours` ahead of UTC. */
    'reversed-time-zone': { zone: string; hours: number };
    /** Two options of one step name the same model. */
    'compares-with-itself': { other: string };
    /** The judge is one of the models whose answers it compares: `option` names that one. */
    'judges-itself': { name: string; option: string };
    /** A condition whose comparison can only come out one way. */
    /** It reads nothing, or compares a value with itself. */
    'constant-condition': { comes: boolean };
    'ended-schedule': { until: string };
    'never-before-end': { cron: string; until: string };
    /** `number`: the earlier entry, counted from 1. */
    'repeated-schedule': { number: number };
    'decided-comparison': { output: string; least: number; most: number; comes: boolean };
    /** `least`: so many questions must two models answer differently. */
    'small-exam': { file: string; questions: number; least: number };
    'serves-rival': { name: string; step: string; option: string };
  };
  NO_REFERENCE: { 'no-reference': { file: string; part: Part; where: readonly string[] } };
  BAD_DATA: {
    'bad-exam': { file: string; why: readonly string[] };
    'empty-file': { file: string };
    /** None of the first rows has a question or a conversation; `keys` are theirs. */
    'foreign-rows': { file: string; keys: readonly string[] };
  };
  NOT_ROWS: {
    'bad-exam': { file: string; why: readonly string[] };
    'folder-for-rows': { file: string };
    'stranger-for-rows': { file: string; is: 'lfs' | 'page' | 'document' };
  };
  BAD_OPTIONS: {
    'beyond-positions': { base: string; tokens: number; positions: number };
    'excluding-options': { option: string; other: string };
    'bad-schema': { why: string };
    'no-rows-to-measure': { option: string };
    'measured-on-training': { step: string; heldOutOption: string };
    'nothing-held-out': { option: string; step: string; heldOutOption: string };
    'tracker-without-server': { tracker: Tracker; variable: string };
    'warmup-without-end': { warmupSteps: number; maxSteps: number };
    'unusual-value': { value: number; usual: readonly [least: number, most: number] };
    /** Bytes: `needs` for the weights alone, `has` of all memory. */
    'beyond-memory': { base: string; needs: number; has: number; isDevice: boolean; fits: Fits };
    /** Bytes: `needs` by the estimate of the whole training. */
    'hardly-in-memory': { base: string; needs: number; has: number; isDevice: boolean; fits: Fits };
    /** Bytes. `copies`: the steps that write the model anew. */
    'beyond-disk': { base: string; needs: number; free: number; copies: readonly string[] };
  };
  SECRET_MISSING: {
    'tracker-without-login': { tracker: Tracker; host: string; secret: string };
    /** Of a server that a step asks for answers. */
    'no-such-secret': { secret: string };
  };
  TOOL_MISSING: {
    /** `named`: what the variable names instead. */
    'no-lm-eval': { named?: string };
  };
  DOCUMENT_WITHOUT_TEXT: {
    'documents-without-text': { documents: number; found: readonly { name: string; is: 'scan' | 'empty' }[] };
  };
  /** `at`: where that Ollama is; absent for temper's own while it is down. `has`: what it has in place of the model. */
  MODEL_NOT_IN_OLLAMA: { 'not-in-ollama': { name: string; at?: string; has: readonly string[] } };
  /** `said`: what became of the question, in words. */
  ENDPOINT_UNREACHABLE: { 'silent-server': { said: string } };
  ENDPOINT_KEY_REFUSED: { 'refused-key': { said: string; hasKey: boolean } };
  ENDPOINT_REFUSED: { 'refused-question': { said: string } };
  ENDPOINT_MODEL_UNKNOWN: { 'unlisted-model': { model: string; host: string; has: readonly string[] } };
  FILE_NOT_FOUND: { 'no-such-file': { path: string } };
  /** `variable`: forbids to ask the Hub. */
  HUB_FORBIDDEN: { 'rows-not-cached': { source: string; variable: string } };
  MODEL_NOT_FOUND: { 'folder-without-dot': { base: string } };
  BASE_INCOMPLETE: {
    'base-is-file': { base: string };
    'base-is-adapter': { base: string };
    'broken-base-file': { base: string } & BrokenFile;
    /** `ggufs`: how many GGUF files lie there instead. */
    'no-base-config': { base: string; ggufs: number };
    'no-tokenizer': { base: string };
    'missing-weights': { base: string; files: readonly string[] };
    'no-weights': { base: string; hasShards: boolean };
    'missing-layers': { base: string; layers: number; there: number };
    'no-output-layer': { base: string };
    'token-without-embedding': { base: string; token: number; rows: number };
  };
  UNSAFE_WEIGHTS: { 'only-pickles': { base: string; files: readonly string[] } };
  NO_TEMPLATE: { 'no-template': { base: string }; 'gguf-without-template': { base: string; original?: string } };
  UNSUPPORTED_ARCHITECTURE: {
    'unknown-model-type': { base: string; type: string; hasCode: boolean };
    'not-causal': { base: string; architecture: string };
    'embedding-model': { base: string };
    'mixture-of-experts': { base: string; experts: number };
    /** `senses`: the settings of its encoders. */
    multimodal: { base: string; senses: readonly string[] };
    'unknown-to-converter': { base: string; architecture: string };
  };
  QUANTIZED_BASE: {
    'quantized-base': { base: string; method: string; isMerged: boolean };
    'gguf-quantized': { base: string; quantization: string; title?: string; original?: string };
  };
  GGUF_UNSUPPORTED: {
    'gguf-architecture': { base: string; architecture: string; known: readonly string[] };
    'gguf-kind': { base: string; kind: string };
    'gguf-parts': { base: string; parts: number };
    'gguf-encoder': { base: string };
  };
  BAD_TARGET_MODULES: { 'absent-modules': { absent: readonly string[]; has: readonly string[]; isAll: boolean } };
  TRAINING_ROWS_IN_QUESTIONS: { 'exam-in-rows': { exam: string; source: string; shared: number; questions: number } };
  WRONG_BASE: {
    /** `file`: the first that differs, where both are folders. */
    /** `base`: undefined where another step makes it. */
    'adapter-off-gguf': { base?: string; step: string };
    'other-base': { base: string; trainedOn: string; step: string; file?: string };
  };
  NO_CHECKPOINT: {
    'between-checkpoints': { step: number; everySteps: number; before: number; after: number };
    'beyond-last-step': { step: number; maxSteps: number };
    'checkpoint-not-kept': { step: number; keep: number; kept: readonly number[]; wanted: number };
  };
}

export type FindingCode = keyof FindingFacts;

type FindingsOf<C extends FindingCode> = {
  [R in keyof FindingFacts[C]]: { code: C; reason: R; facts: FindingFacts[C][R] };
}[keyof FindingFacts[C]];

/** Its code, the finer reason and the facts, without words. */
export type FindingProblem = { [C in FindingCode]: FindingsOf<C> }[FindingCode];

/** The value of a document that a finding is about. `within`: the steps that run the pipeline it belongs to, from the outermost. */
export interface Place {
  within: readonly string[];
  path: readonly (string | number)[];
}

/**
 * `warning`: the run can go well, but hardly as meant. `not-yet`: it stops a run now, and a schedule only if it is still so
 * when it fires.
 */
export type Level = 'warning' | 'not-yet';

/** What a check has found; without a level it stops a run. */
export type Finding = FindingProblem & { place: Place; level?: Level };
