import { shortDigest } from '../digest.ts';
import type { Json } from '../handles.ts';
import type { ExamReport } from '../report/exam.ts';
import type { Plan, PlannedStep } from '../run/plan.ts';
import type { RunState, StepState } from '../run/run-state.ts';
import { type Change, changesOf, flatten } from './changes.ts';
import { type ExamChanges, examChanges } from './exam-changes.ts';
import { type RowChanges, type RowText, rowChanges } from './row-changes.ts';

/** What is pinned when a run starts, as far as it is compared. */
export interface PinnedNames {
  files: Readonly<Record<string, { digest: string }>>;
  bases: Readonly<Record<string, { revision: string }>>;
  datasets?: Readonly<Record<string, { revision: string }>> | undefined;
  models: Readonly<Record<string, string>>;
  environment?: string | undefined;
}

/** What a home knows of a run that is compared. */
export interface RunFacts {
  state: RunState;
  plan: Plan | undefined;
  pins: PinnedNames | undefined;
  /** Rows by the step that has made them; absent for a dataset that the store no longer has. */
  rows: Readonly<Record<string, readonly RowText[]>>;
  exams: Readonly<Record<string, ExamReport>>;
}

/** What differs between two runs, and what has come of it. */
export interface RunDifference {
  before: RunOutline;
  after: RunOutline;
  /** Inputs, options and conditions: `input.data`, `train.lora.r`. A step that only one side has is named alone. */
  document: Change[];
  /** Files, bases, models in Ollama and training libraries, each with what it was. */
  pins: Change[];
  /** By step. */
  rows: Record<string, RowChanges>;
  /** Numbers that steps have put out. */
  numbers: Change[];
  exams: Record<string, ExamChanges>;
  /** Milliseconds, of the whole and of each step that has run in at least one of the two. */
  times: Record<string, { before?: number; after?: number }>;
}

interface RunOutline {
  run: string;
  pipeline: string;
  status: RunState['status'];
  tookMs?: number;
}

export function differenceOf(before: RunFacts, after: RunFacts): RunDifference {
  const inBoth = <T>(one: Readonly<Record<string, T>>, other: Readonly<Record<string, T>>) =>
    Object.keys(other).flatMap((id) => (Object.hasOwn(one, id) ? [[id, one[id]!, other[id]!] as const] : []));
  return {
    before: outlineOf(before.state),
    after: outlineOf(after.state),
    document: documentChanges(before.plan, after.plan),
    pins: changesOf(pinsOf(before.pins), pinsOf(after.pins)),
    rows: Object.fromEntries(inBoth(before.rows, after.rows).map(([id, one, other]) => [id, rowChanges(one, other)])),
    numbers: changesOf(numbersOf(before.state), numbersOf(after.state)).filter(hasBoth),
    exams: Object.fromEntries(
      inBoth(before.exams, after.exams).map(([id, one, other]) => [id, examChanges(one, other)]),
    ),
    times: timesOf(before.state, after.state),
  };
}

function outlineOf({ runId, pipeline, status, startedAt, endedAt }: RunState): RunOutline {
  return { run: runId, pipeline, status, ...(endedAt === undefined ? {} : { tookMs: endedAt - startedAt }) };
}

/** Inputs and options that differ. A step that one side lacks is one difference, not one for each of its options. */
export function documentChanges(before: Plan | undefined, after: Plan | undefined): Change[] {
  const idsOf = (plan: Plan | undefined) => new Set(plan?.steps.map(({ id }) => id));
  const [one, other] = [idsOf(before), idsOf(after)];
  const isOption = (name: string) =>
    [...one, ...other].some((id) => name.startsWith(`${id}.`) && one.has(id) !== other.has(id));
  return changesOf(documentOf(before), documentOf(after)).filter(({ name }) => !isOption(name));
}

const documentOf = (plan: Plan | undefined): [string, string][] => [
  ...Object.entries(plan?.inputs ?? {}).map(([name, value]): [string, string] => [`input.${name}`, String(value)]),
  ...(plan?.steps ?? []).flatMap((step) => [[step.id, step.uses] as [string, string], ...optionsOf(step)]),
];

function optionsOf({ id, with: options, if: condition, matrix, retry, reuse }: PlannedStep): [string, string][] {
  const rest = { ...(condition === undefined ? {} : { if: condition }), matrix: matrix ?? null, retry, reuse };
  return [...flatten(options), ...flatten(rest as unknown as Json)].map(([name, value]) => [`${id}.${name}`, value]);
}

const pinsOf = (pins: PinnedNames | undefined): [string, string][] => [
  ...Object.entries(pins?.files ?? {}).map(([path, { digest }]): [string, string] => [path, shortDigest(digest)]),
  ...Object.entries(pins?.bases ?? {}).map(([name, { revision }]): [string, string] => [name, revision]),
  ...Object.entries(pins?.datasets ?? {}).map(([name, { revision }]): [string, string] => [name, revision]),
  ...Object.entries(pins?.models ?? {}).map(([name, digest]): [string, string] => [name, shortDigest(digest)]),
  ...(pins?.environment === undefined ? [] : [['training libraries', pins.environment] as [string, string]]),
];

const numbersOf = ({ steps }: RunState): [string, number][] =>
  Object.entries(steps).flatMap(([id, { outputs }]) =>
    Object.entries(outputs ?? {}).flatMap(([name, value]): [string, number][] =>
      typeof value === 'number' ? [[`${id}.${name}`, value]] : [],
    ),
  );

const hasBoth = ({ before, after }: Change) => before !== undefined && after !== undefined;

function timesOf(before: RunState, after: RunState): RunDifference['times'] {
  const ids = [...new Set([...Object.keys(after.steps), ...Object.keys(before.steps)])];
  return Object.fromEntries(
    ids.flatMap((id) => {
      const [one, other] = [tookMs(before.steps[id]), tookMs(after.steps[id])];
      if (one === undefined && other === undefined) return [];
      return [
        [id, { ...(one === undefined ? {} : { before: one }), ...(other === undefined ? {} : { after: other }) }],
      ];
    }),
  );
}

/** A reused step has taken no time of this run. */
const tookMs = (step: StepState | undefined): number | undefined =>
  step?.startedAt === undefined || step.endedAt === undefined || step.state === 'reused'
    ? undefined
    : step.endedAt - step.startedAt;
