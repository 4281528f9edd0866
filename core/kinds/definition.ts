import type { z } from 'zod';
import type { NeedsOf, PaceOf } from '../estimates/work.ts';
import type { ArtifactKind, Handle } from '../handles.ts';
import type { Part } from '../metrics/metrics.ts';

export type OutputType = ArtifactKind | 'number' | 'string' | 'boolean';

/** The value of an output in a step's result. A number is null where a run could not measure it. */
export type OutputValue<T extends OutputType> = T extends 'number'
  ? number | null
  : T extends 'string'
    ? string
    : T extends 'boolean'
      ? boolean
      : Handle;

/** Options as the document has them, perhaps invalid. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** When a training saves checkpoints, as far as its options tell. */
export interface Saves {
  everySteps?: number;
  maxSteps?: number;
  /** How many of the newest stay. */
  keep?: number;
  /** It also saves at steps that nobody can know before it runs. */
  atOtherTimes: boolean;
  mayEndEarly: boolean;
  /** Optimizer steps over which the learning rate rises, where the options give a number of them. */
  warmupSteps?: number;
}

/** An option, by its path, and the option and value beside which it has no effect. */
export interface IdleOption {
  option: readonly string[];
  because: { option: string; value: string };
}

/** Everything that is known of a step kind before one runs. Its effects are in `activities/<kind>/`. */
export interface StepDefinition {
  /** One sentence for `temper plan`, the reference page and editors. */
  summary: string;
  /** The options under `with`: the only place where an option is defined. */
  options: z.ZodObject;
  /** What later steps can read. */
  outputs: Readonly<Record<string, OutputType>>;
  /** Outputs of a step with these options, where they depend on them; undefined if the options, perhaps invalid, do not tell. */
  outputsOf?: (options: RawOptions) => Readonly<Record<string, OutputType>> | undefined;
  /** Why a step with these options does not have an output that its kind declares. */
  whyAbsent?: (
    output: string,
    options: RawOptions,
  ) => 'no-production' | 'no-metric' | 'no-judge' | 'not-measured' | undefined;
  /** What is wrong with options that are valid one by one. */
  checkTogether?: (
    options: RawOptions,
  ) =>
    | 'command-and-script'
    | 'no-command'
    | 'type-not-of-engine'
    | 'engine-makes-one-type'
    | 'types-without-bound'
    | 'nothing-to-measure'
    | 'gguf-or-adapter'
    | 'onto-without-adapter'
    | 'samples-without-temperature'
    | 'documents-without-writer'
    | 'documents-of-rows'
    | 'documents-of-hub'
    | 'judge-without-model'
    | undefined;
  /** The option that names a file of questions, and what each of them must have for its score. */
  exam?: {
    readonly option: string;
    readonly needs: (options: RawOptions) => readonly Part[];
    /** As many questions must two models answer differently for a verdict; undefined where any number does. */
    readonly leastUnequal: (options: RawOptions) => number | undefined;
    /** The options that name the models whose rows must not hold a question. */
    readonly judges: readonly string[];
  };
  /** An option that names further questions, each of which needs a reference answer. */
  furtherQuestions?: string;
  /** The least and the greatest value that a numeric output can have. */
  ranges?: Readonly<Record<string, readonly [least: number, most: number]>>;
  /** The option that says which share of the rows is held out. */
  heldOutOption?: string;
  /** The option by which these options measure themselves on held-out rows, and cannot do without. */
  needsHeldOut?: (options: RawOptions) => string | undefined;
  /** The option that names the rows to measure on; without it those of the training do. Undefined if nothing is measured. */
  measuresOn?: (options: RawOptions) => string | undefined;
  /** It writes the whole model anew, in 16 bits or more for each number. */
  copiesModel?: true;
  /** Options that have no effect beside another one, each with that one. */
  idle?: (options: RawOptions) => readonly IdleOption[];
  /** Pairs of options of which a step can follow only one. */
  excludes?: (options: RawOptions) => readonly (readonly [option: string, other: string])[];
  /** What it makes is for a later step: a pipeline that goes on without it has forgotten it. */
  isMeans?: true;
  /** Whether a step with these options leaves out rows that cannot be used. */
  skipsBadRows?: (options: RawOptions) => boolean;
  /** The option that says which keys of the rows mean what: with it the usual names are not needed. */
  keysOption?: string;
  /** What a step with these options takes of time, disk and memory; absent where nobody can say. */
  needs?: NeedsOf;
  /** How fast an earlier step of this kind computed, by what it measured. */
  paceOf?: PaceOf;
  /** The option that holds an adapter which is put on its base as Ollama has it. */
  adapterAlone?: string;
  /** It learns rows, which no exam of its model may ask. */
  learnsRows?: true;
  /** When a step with these options saves checkpoints. */
  saves?: (options: RawOptions) => Saves;
  /** The one checkpoint that these options select by its step, the path of that option, and the option that names the training. */
  selected?: (options: RawOptions) => { step: number; option: readonly string[]; from: string } | undefined;
  /** Options whose text may name a secret, which the worker fills in, as paths such as `judge.api_key`. */
  secretOptions?: readonly string[];
  /** `activity`: a worker does it. `person`: the run waits until somebody answers. */
  executor: 'activity' | 'person';
  /** Whether it takes the device slot unless the document says otherwise: it loads weights. */
  usesDevice: boolean | ((options: RawOptions) => boolean);
  /** Raised when a change of temper's code changes the output for equal options and inputs. */
  revision: number;
  /** What shapes the output besides temper's code. `serving`: the version of the Ollama that answers people. */
  shapedBy: 'environment' | 'converters' | 'serving' | 'nothing';
  /** `never`: it acts each time. `needs`: only where this option is given. */
  reuse: 'by-key' | 'never' | { readonly needs: string };
  /** How long a worker may stay silent before its attempt counts as lost. Every step sends a heartbeat every few seconds. */
  heartbeatTimeout: `${number}s`;
  /** It saves its progress when it is told to stop and goes on from there, so a pause stops it. The others run to their end. */
  keepsProgress?: true | ((options: RawOptions) => boolean);
  /** Whether a step with these options makes rows of documents, which `rowsOption` then names. */
  readsDocuments?: (options: RawOptions) => boolean;
  /** Paths of the options that name documents to read the text of. */
  documentsAt?: (options: RawOptions) => readonly (readonly string[])[];
  /** The option that names the rows: its change is told as a change of data. */
  rowsOption?: string;
  /** The option that names more files of rows, each with its `source` and `weight`. */
  mixOption?: string;
  /** The option that names trackers, to which the metrics are sent. */
  trackOption?: string;
  /** The option that has lm-evaluation-harness run, which must be installed. */
  harnessOption?: string;
  /** The option that names questions, such as those of an exam, whose rows are left out. */
  exceptOption?: string;
  /**
   * What a succeeded run may delete once a proof covers it. `everything`: all that the step published. `by-products`:
   * only artifacts that are no output.
   */
  prunable?: 'everything' | 'by-products';
  /** The output that holds a proof of what was made from prunable artifacts. */
  proofOutput?: string;
  /** The output that holds a report in which models are judged. */
  verdictOutput?: string;
  /** The output that holds a report of what quantization changes. */
  measuredOutput?: string;
  /** The output that names the model people are served from now on. */
  servingOutput?: string;
  /** The option that names the base model by which runs are found in Temporal's pages. */
  searchedBase?: string;
}
