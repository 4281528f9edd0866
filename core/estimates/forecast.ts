import { ancestorsOf, type Known, type KnownStep, namedValues, optionsOf, textOption } from '../checks/known.ts';
import { rowSourcesOf } from '../checks/row-sources.ts';
import { isRecord } from '../json.ts';
import { baseSource, comesFromGguf } from '../kinds/options/base-source.ts';
import { definitionOf } from '../kinds/registry.ts';
import type { EarlierStep } from './earlier.ts';
import { bitsOf } from './model-bytes.ts';
import { type ModelShape, parametersInName, shapeOf, usualShape } from './model-shape.ts';
import { type Pace, usualPace } from './training-time.ts';
import type { Needs, RowFacts, WorkFacts } from './work.ts';

/** What a step will take, and where the figures come from. */
export interface StepForecast extends Needs {
  id: string;
  /** The steps that run the pipeline it belongs to. */
  within: readonly string[];
  /** `earlier`: it took that in the run that is named. Absent where nothing is known. */
  from?: 'earlier' | 'formula';
  run?: string;
}

/** Estimates every step of a plan, each variant by itself: as it ran before, or else by its kind's formula. */
export function forecast(known: Known, earlier: ReadonlyMap<string, EarlierStep> = new Map()): StepForecast[] {
  const pace = paceOf(known, earlier);
  return known.steps.map((step) => {
    const { id, within } = step;
    const needs = definitionOf(step.uses)?.needs?.(optionsOf(step), workFacts(known, step, pace)) ?? {};
    const before = within.length === 0 ? earlier.get(id) : undefined;
    if (before)
      return { id, within, ...needs, ...asBefore(step, before, needs, pace), from: 'earlier', run: before.run };
    const isKnown = Object.keys(needs).length > 0;
    return { id, within, ...needs, ...(isKnown ? { from: 'formula' as const } : {}) };
  });
}

/** The figures of an earlier run. Those of a training are scaled, because its rows and epochs may have changed. */
function asBefore(step: KnownStep, before: EarlierStep, needs: Needs, pace: Pace): Needs {
  const isTraining = definitionOf(step.uses)?.paceOf !== undefined;
  const scales = isTraining && pace.from === 'earlier' && needs.seconds !== undefined;
  return {
    seconds: scales ? needs.seconds! : before.seconds,
    ...(before.disk > 0 && !isTraining ? { disk: Math.max(before.disk, needs.disk ?? 0) } : {}),
    ...(before.memory === undefined || !isTraining
      ? {}
      : needs.device === undefined
        ? { memory: before.memory }
        : { device: before.memory }),
  };
}

/** What the estimate of a step stands on. */
export function workFacts(known: Known, step: KnownStep, pace: Pace): WorkFacts {
  const road = [step, ...ancestorsOf(known, step)];
  const base = baseOf(known, road);
  const rows = rowsOf(known, road);
  const heldOut = road.flatMap((each) => {
    const option = definitionOf(each.uses)?.heldOutOption;
    const share = option === undefined ? undefined : optionsOf(each)[option];
    return typeof share === 'number' ? [share] : [];
  })[0];
  const type = road
    .filter(({ uses }) => definitionOf(uses)?.copiesModel)
    .map((each) => largestType(optionsOf(each).type))
    .find((each) => each !== undefined);
  const exam = definitionOf(step.uses)?.exam?.option;
  const questions = exam === undefined ? undefined : known.files.get(textOption(step, exam) ?? '')?.rows?.rows;
  return {
    ...(base?.shape ? { shape: base.shape } : {}),
    isBaseMade: base?.isMade ?? false,
    ...(rows ? { rows } : {}),
    ...documentBytes(known, step),
    heldOut: heldOut ?? 0,
    ...(type === undefined ? {} : { type }),
    ...(questions === undefined ? {} : { questions }),
    device: known.machine.hasGpu ? 'gpu' : 'cpu',
    pace,
  };
}

function baseOf(known: Known, road: readonly KnownStep[]): { shape?: ModelShape; isMade: boolean } | undefined {
  const named = namedValues({ steps: road }).find(({ mark, role }) => mark === 'base' && role !== 'tokenizer');
  if (!named) return undefined;
  const facts = known.bases.get(named.value);
  const size = parametersInName(named.value);
  const shape = (facts && shapeOf(facts)) ?? (size === undefined ? undefined : usualShape(size));
  const isMade = comesFromGguf(named.value) || (!facts && baseSource(named.value).from !== 'folder');
  return { ...(shape ? { shape } : {}), isMade };
}

const textEndings = /\.(?:md|markdown|html?|xhtml|txt|text)$/i;

function documentBytes(known: Known, step: KnownStep): { documentBytes?: number } {
  const { readsDocuments, rowsOption } = definitionOf(step.uses) ?? {};
  const source = readsDocuments?.(optionsOf(step)) ? (textOption(step, rowsOption ?? '') ?? '') : '';
  const facts = textEndings.test(source) ? known.files.get(source) : undefined;
  return facts?.kind === 'file' ? { documentBytes: facts.size } : {};
}

/** Of the nearest step that names files of rows. */
const rowsOf = (known: Known, road: readonly KnownStep[]): RowFacts | undefined =>
  road.map((each) => mixedRows(known, each)).find((rows) => rows !== undefined);

/** All rows of a step, each as often as it is learned. Undefined where one of its files is not known: the rest would be too little. */
function mixedRows(known: Known, step: KnownStep): RowFacts | undefined {
  const { readsDocuments, mixOption = '' } = definitionOf(step.uses) ?? {};
  // Nobody knows how many rows a writer makes.
  if (readsDocuments?.(optionsOf(step))) return undefined;
  const mixed = optionsOf(step)[mixOption];
  const count = 1 + (isRecord(mixed) ? Object.keys(mixed).length : 0);
  const files = rowSourcesOf(step).flatMap(({ source, weight }) => {
    const rows = known.files.get(source)?.rows;
    return rows ? [{ ...rows, weight }] : [];
  });
  if (files.length < count) return undefined;
  if (count === 1) {
    const { weight: _, ...rows } = files[0]!;
    return rows;
  }
  const sum = (of: (file: (typeof files)[number]) => number) => files.reduce((all, file) => all + of(file), 0);
  const rows = sum((file) => file.weight * file.rows);
  return {
    rows,
    bytes: sum((file) => file.weight * file.bytes),
    tokens: sum((file) => file.weight * file.rows * file.tokens) / Math.max(1, rows),
    longest: Math.max(...files.map(({ longest }) => longest)),
    read: { rows: sum((file) => file.rows), bytes: sum((file) => file.bytes) },
  };
}

/** The pace of an earlier training of this home, or the usual one of the machine. */
export function paceOf(known: Known, earlier: ReadonlyMap<string, EarlierStep>): Pace {
  const { hasGpu = false, cores = 1 } = known.machine;
  const usual = usualPace(hasGpu ? 'gpu' : 'cpu', cores);
  const reached = known.steps.flatMap((step) => {
    const before = earlier.get(step.id);
    const operations =
      before && definitionOf(step.uses)?.paceOf?.(optionsOf(step), workFacts(known, step, usual), before.outputs);
    return operations ? [operations] : [];
  });
  return reached.length === 0 ? usual : { ...usual, operations: Math.max(...reached), from: 'earlier' };
}

/** Of several types nobody knows yet which is taken. */
const largestType = (type: unknown): string | undefined =>
  [type]
    .flat()
    .filter((each): each is string => typeof each === 'string')
    .sort((one, other) => bitsOf(other) - bitsOf(one))[0];
