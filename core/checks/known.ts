import type { RowFacts } from '../estimates/work.ts';
import { isRecord } from '../json.ts';
import type { RawOptions } from '../kinds/definition.ts';
import { type MarkedValue, markedValues } from '../kinds/options/option-marks.ts';
import { definitionOf } from '../kinds/registry.ts';
import type { PipelineDocument } from '../language/document.ts';
import { hasExpression, parseTemplate } from '../language/expression/parse.ts';
import type { Part } from '../metrics/metrics.ts';
import { expandPlan, type StepInstance, stepOf } from '../run/expand-matrix.ts';
import type { Plan } from '../run/plan.ts';
import type { BaseFacts } from './base-facts.ts';
import type { Place } from './finding.ts';

/** Everything that is known of a run before it starts. */
export interface Known {
  /** Each variant of a matrix, and the steps of pipelines within. */
  steps: readonly KnownStep[];
  /** What is written: the document, and those of pipelines within. None where only the plan is known, as in a run. */
  documents: readonly KnownDocument[];
  /** Milliseconds since 1970. */
  now: number;
  /** Steps of which it is known whether they are reused. Absent where nobody has looked. */
  decided?: ReadonlyMap<string, boolean>;
  /** Files that the steps name, by their absolute path. */
  files: ReadonlyMap<string, FileFacts>;
  /** Base models, by the text that names them. One of the Hub is known once its files are on this disk. */
  bases: ReadonlyMap<string, BaseFacts>;
  /** Names of the Hub that are also folders beside the document. */
  foldersBeside: ReadonlySet<string>;
  /** Datasets of the Hub that are not on this disk, each with the variable that forbids to fetch it. */
  forbiddenRows?: ReadonlyMap<string, string>;
  machine: MachineFacts;
  /** Absent where nothing is tracked, or another machine may train. */
  trackers?: TrackerFacts;
  /** Whether `lm_eval` is here. Absent where no step asks for it, or another machine may work. */
  lmEval?: { isFound: boolean; named?: string };
  /** Names of the secrets that are set here. Absent where another machine may work. */
  secrets?: ReadonlySet<string>;
  /** What the servers say that steps will ask. Absent where nobody has asked them, or another machine may work. */
  servers?: ServerFacts;
}

export interface ServerFacts {
  /** The Ollama that answers people; absent where it is not known what it has. `at`: absent for temper's own while it is down. */
  ollama?: { at?: string; models: readonly string[] };
  /** By `endpointId`. */
  endpoints: ReadonlyMap<string, EndpointFacts>;
}

/** `models`: absent where the server does not list them. `said`: why it gives no answer, in its own words. */
export type EndpointFacts =
  | { models?: readonly string[] }
  | { code: 'ENDPOINT_UNREACHABLE' | 'ENDPOINT_KEY_REFUSED' | 'ENDPOINT_REFUSED'; said: string };

export interface KnownDocument {
  within: Place['within'];
  document: PipelineDocument;
}

/** Bytes of this machine; an absent one is not known. */
export interface MachineFacts {
  /** All memory and swap, where it has no GPU: a model is then computed in it. */
  memory?: number;
  hasGpu?: boolean;
  /** Of its largest GPU; a quick look does not ask for it. */
  device?: number;
  cores?: number;
  /** Free on the disk of the store. */
  free?: number;
}

/** What the clients of trackers will find on this machine. */
export interface TrackerFacts {
  /** Variables that are set, such as an address or a mode. */
  variables: Readonly<Record<string, string>>;
  /** Names of the secrets that are set. */
  secrets: ReadonlySet<string>;
  /** Hosts that `~/.netrc` has a login for. */
  hosts: ReadonlySet<string>;
}

export interface FileFacts {
  kind: 'file' | 'folder' | 'other' | 'absent';
  size: number;
  /** What stands in place of rows or questions: a pointer of Git LFS, a web page, a document of prose, or nothing. */
  stranger?: 'lfs' | 'page' | 'document' | 'empty';
  /** Of rows or questions: a value for each, equal for equal questions, or for equal lines where a line is no JSON object. */
  lines?: readonly string[];
  /** The keys of the first rows, where none of them has a question or a conversation. */
  foreignKeys?: readonly string[];
  rows?: RowFacts;
  /** Of documents: those that hold no text for sure, of so many. */
  withoutText?: { documents: number; found: readonly { name: string; is: 'scan' | 'empty' }[] };
  /** Of an exam: what the evaluation's reader says of it. */
  exam?: ExamFacts;
}

/** `lacking`: where the questions stand that lack what a metric may need. `refused`: the code with which the evaluation would fail. */
export type ExamFacts =
  | { lacking: Readonly<Record<Part, readonly string[]>> }
  | { refused: 'BAD_DATA' | 'NOT_ROWS'; why: readonly string[] };

export interface KnownStep extends StepInstance {
  /** The steps that run the pipeline it belongs to, from the outermost. */
  within: readonly string[];
}

/** Lists the steps of a plan, with those of all pipelines within it. */
export const knownSteps = (plan: Pick<Plan, 'steps'>, within: readonly string[] = []): KnownStep[] =>
  expandPlan(plan).flatMap((step) => [
    { ...step, within },
    ...(step.plan ? knownSteps(step.plan, [...within, stepOf(step.id)]) : []),
  ]);

/** The place of an option of a step. */
export const placeOf = ({ within, id }: KnownStep, option: readonly (string | number)[]): Place => ({
  within,
  path: ['steps', stepOf(id), 'with', ...option],
});

export const optionsOf = ({ with: options }: KnownStep): RawOptions => (isRecord(options) ? options : {});

/** What the document says of a step; undefined where only the plan is known. */
export const writtenStep = ({ documents }: Pick<Known, 'documents'>, { within, id }: KnownStep) =>
  documents.find((each) => isSamePath(each.within, within))?.document.steps[stepOf(id)];

/** The text of an option, unless only the run knows it. */
export function textOption(step: KnownStep, name: string): string | undefined {
  const value = optionsOf(step)[name];
  return typeof value === 'string' && !hasExpression(value) ? value : undefined;
}

/** The documents whose text a step reads, each with the path of its option; without those that only the run knows. */
export function documentsOf(step: KnownStep): { option: readonly string[]; source: string }[] {
  const options = optionsOf(step);
  return (definitionOf(step.uses)?.documentsAt?.(options) ?? []).flatMap((option) => {
    const source = option.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), options);
    return typeof source === 'string' && !hasExpression(source) ? [{ option, source }] : [];
  });
}

export interface NamedValue extends MarkedValue {
  step: KnownStep;
}

/** The marked text values of all steps, without those that only the run knows. */
export const namedValues = ({ steps }: Pick<Known, 'steps'>): NamedValue[] =>
  steps.flatMap((step) =>
    markedValues(step.uses, step.with)
      .filter(({ value }) => !hasExpression(value))
      .map((each) => ({ ...each, step })),
  );

/** Finds the steps whose output an option reads: all variants of one step. None where the option is no single reference. */
export function makersOf(known: Known, step: KnownStep, option: unknown): KnownStep[] {
  if (typeof option !== 'string' || !hasExpression(option)) return [];
  const [part, ...more] = parseTemplate(option);
  const named = part?.expression?.kind === 'name' && more.length === 0 ? part.expression.path : [];
  return stepsNamed(known, step, named);
}

/** Finds the step that a path such as `steps.train.outputs.steps` reads: all its variants. */
export const stepsNamed = (known: Known, step: KnownStep, [root, name]: readonly string[]): KnownStep[] =>
  root === 'steps'
    ? known.steps.filter(({ id, within }) => stepOf(id) === name && isSamePath(within, step.within))
    : [];

const isSamePath = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((id, index) => id === other[index]);

/** Finds every step whose outputs a step reads in its options, directly and through others, the nearest first. */
export function ancestorsOf(known: Known, step: KnownStep): KnownStep[] {
  const found: KnownStep[] = [];
  let nearest = [step];
  while (nearest.length > 0) {
    const next = nearest.flatMap((each) =>
      Object.values(optionsOf(each)).flatMap((option) => makersOf(known, each, option)),
    );
    nearest = [...new Set(next)].filter((each) => each !== step && !found.includes(each));
    found.push(...nearest);
  }
  return found;
}
