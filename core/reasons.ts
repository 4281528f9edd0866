import { z } from 'zod';
import { coded } from './coded.ts';
import { jsonSchema as json } from './handles.ts';

const text = z.string();
const count = z.number();
const stepOfRun = { run: text, step: text };

/** One difference between the keys of two equal-named steps. `option` is a dotted path below `with`. */
export const changeSchema = z.discriminatedUnion('code', [
  /** The rows that are prepared or learned; counts are absent where they are not known. */
  coded('data', { option: text, rows: z.object({ before: count, after: count }).optional() }),
  /** Absent: not set. A model or an adapter stands as its digest. */
  coded('option', { option: text, before: json.optional(), after: json.optional() }),
  /** The bytes of a file, or a value too long to be shown. */
  coded('content', { option: text }),
  coded('model', { option: text }),
  /** Another artifact of an earlier step. */
  coded('artifact', { option: text }),
  coded('libraries', {}),
  /** A program outside temper's own environment, such as Ollama. */
  coded('program', { name: text, before: text.optional(), after: text.optional() }),
  /** temper's own code of the kind. */
  coded('revision', { kind: text }),
]);
export type Change = z.infer<typeof changeSchema>;

/** Why a step runs, or why it need not. */
export const reasonSchema = z.discriminatedUnion('code', [
  coded('first_run', {}),
  /** Against the newest earlier result of the step. `more`: changes that are left out. */
  coded('changed', { since: z.object(stepOfRun), changes: z.array(changeSchema), more: count }),
  coded('record_gone', stepOfRun),
  coded('artifact_gone', stepOfRun),
  coded('model_gone', { ...stepOfRun, model: text }),
  /** Steps of this kind act each time; `missing`: the option that would make this one comparable. */
  coded('never_reused', { kind: text, missing: text.optional() }),
  coded('no_reuse', { by: z.enum(['command', 'document']) }),
  coded('rerun_from', { step: text }),
  /** An artifact of it is needed and cannot be read. */
  coded('needed_again', {}),
  /** Its bytes were deleted on purpose, by a run at its end or by `gc`; `on` is a day. */
  coded('cleared', { by: text, on: text }),
  /** What another step could not read, which had this one carried out again. */
  coded('unreadable', { error: text, message: text }),
  coded('equal', stepOfRun),
  /** The served model was trained on the same rows with the same options. */
  coded('served', { model: text, run: text }),
]);
export type Reason = z.infer<typeof reasonSchema>;

/** An equal step of another run; the one that waits gives its slot back meanwhile, and is asked again. */
const equalStep = coded('equal_step', stepOfRun);

/** Steps that have what another one waits for. Without `run`: a step of the same run. */
const holders = z.array(z.object({ run: text.optional(), step: text, host: text, since: count }));

/** What a step waits for before it can begin. Times are milliseconds since 1970. */
export const waitSchema = z.discriminatedUnion('code', [
  equalStep,
  /** `holders`: the steps that the workers of its queue are at. */
  coded('worker', { since: count, holders: holders.optional() }),
  /** `holders`: the steps that have a device of this home. */
  coded('device', { since: count, holders }),
  /** Nobody asks for work of this kind. `earlier`: workers run, of an earlier state of temper's code. */
  coded('no_worker', { since: count, role: z.enum(['orchestrator', 'gpu']), earlier: z.boolean().optional() }),
  /** It has failed, and is tried again until somebody or something removes the cause. `error`: a code of the catalogue. */
  coded('trying', { since: count, error: text, message: text, attempts: count, next: count.optional() }),
  /** Workers take the run and cannot carry on with it, as when they run another state of temper's code. */
  coded('run_stuck', { since: count, attempts: count }),
  /** A process that is no step of this home has the device. */
  coded('device_lock', { since: count, holder: text.optional() }),
]);
export type Wait = z.infer<typeof waitSchema>;

/** What a step does just now. */
export const phaseSchema = z.discriminatedUnion('code', [
  equalStep,
  /** The trainer waits for another process that holds the device. */
  coded('device_lock', { holder: text.optional() }),
  /** Another promotion or rollback of names of one repository. */
  coded('other_move', { name: text }),
  coded('starting', {}),
  /** Before the first step: files and names are resolved. */
  coded('pinning', {}),
  /** A small model of the base's kind is made, with which its road to Ollama is proven. */
  coded('making_shell', { base: text }),
  coded('publishing', {}),
  coded('reading_rows', {}),
  /** `page`: from 1; 0 where it has none. */
  coded('reading_document', { name: text, page: count }),
  /** Rows that a model writes; counts are of the parts of the documents. */
  coded('writing_rows', { model: text, done: count, total: count }),
  /** Sizes in bytes. */
  coded('downloading', { name: text, bytes: count, total: count }),
  coded('loading_base', {}),
  /** A GGUF file becomes a folder of 16-bit weights. Earlier versions did not tell how far it is. */
  coded('dequantizing', { base: text, percent: count.optional() }),
  coded('tokenized', { rows: count }),
  coded('training', {}),
  /** GPUs that the driver lists and the training libraries do not find. */
  coded('training_beside_gpus', { gpus: z.array(text) }),
  coded('resumed', { step: count }),
  coded('selecting', {}),
  coded('merging', {}),
  coded('normalising', {}),
  coded('converting', { type: text }),
  coded('quantizing', { type: text }),
  coded('weighing', {}),
  coded('measuring_drift', { types: count }),
  coded('uploading', { file: text }),
  /** A word of Ollama's own, of a model that it creates. */
  coded('ollama', { status: text }),
  /** A line of the set-up of a program that the step needs. */
  coded('setting_up', { line: text }),
  coded('verifying', { kind: text }),
  coded('asking_trained_model', {}),
  coded('proving', { what: z.enum(['architecture', 'prompt', 'tokens']) }),
  coded('answering', { model: text, done: count, total: count }),
  coded('naming', { name: text }),
  coded('asking', { side: text, done: count, total: count }),
  coded('scoring', {}),
  /** One question of each task, before the first step. */
  coded('trying_harness', { tasks: count }),
  /** lm-evaluation-harness asks one model its tasks. */
  coded('benchmarking', { side: text, tasks: count }),
  /** Verdicts of the model that judges. */
  coded('judging', { done: count, total: count }),
  coded('running', { program: text }),
  /** The last line that the command printed. */
  coded('output', { line: text }),
  coded('keeping', { name: text, as: text }),
  coded('moving', { name: text }),
]);
export type Phase = z.infer<typeof phaseSchema>;
