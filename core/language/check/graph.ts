import type { Json } from '../../handles.ts';
import { mapLeaves } from '../../json.ts';
import type { Diagnostic } from '../diagnostic.ts';
import {
  type Expression,
  ExpressionError,
  hasExpression,
  namesIn,
  parseExpression,
  parseTemplate,
} from '../expression/parse.ts';
import type { Outline, StepOutline } from '../outline.ts';
import { suggest } from '../spelling/suggest.ts';
import type { Source } from '../yaml/source.ts';

/** Counts variants of a matrix. The state of all steps of a run must fit into one payload of Temporal, 2 MB. */
export const maxSteps = 1_500;
/** Each unknown step is compared with every step, to suggest one. */
const maxUnknownNeeds = 100;

/** Lists the steps that a step names in `needs`, or whose outputs its options or its condition read. */
export function dependenciesOf(step: StepOutline): string[] {
  return [...new Set([...step.needs, ...readsOf(step)])].sort();
}

function readsOf(step: StepOutline): string[] {
  const condition = step.if === undefined ? undefined : ifParsed(() => parseExpression(step.if!));
  return [...stepsReadBy((step.with ?? {}) as Json), ...stepsNamedIn(condition)];
}

/** Lists the steps whose outputs the expressions in a value read. */
export function stepsReadBy(value: Json): string[] {
  const found: string[] = [];
  mapLeaves(value, (leaf) => {
    if (typeof leaf === 'string' && hasExpression(leaf))
      for (const part of ifParsed(() => parseTemplate(leaf)) ?? []) found.push(...stepsNamedIn(part.expression));
    return leaf;
  });
  return found;
}

const stepsNamedIn = (expression: Expression | undefined): string[] =>
  (expression ? namesIn(expression) : []).flatMap(({ path }) => (path[0] === 'steps' && path[1] ? [path[1]] : []));

/** An expression that does not parse is reported where expressions are checked. */
function ifParsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** Checks `needs` that name no step, steps that wait for themselves or each other, and the number of steps. */
export function checkGraph(source: Source, outline: Outline): Diagnostic[] {
  const known = Object.keys(outline.steps);
  const tooMany = checkCount(source, outline, known);
  if (tooMany) return [tooMany];
  const unknown: Diagnostic[] = [];
  for (const id of known)
    unknown.push(...checkNeeds(source, known, id, outline.steps[id]!, maxUnknownNeeds - unknown.length));
  return [...unknown, ...checkCycles(source, outline)];
}

function checkCount(source: Source, outline: Outline, known: readonly string[]): Diagnostic | undefined {
  let count = 0;
  let first: string | undefined;
  for (const id of known) {
    count += Math.max(1, outline.steps[id]!.matrix?.count ?? 1);
    if (count > maxSteps) first ??= id;
  }
  if (first === undefined) return undefined;
  const facts = { count, steps: known.length, max: maxSteps };
  const place = source.locate(['steps', first], 'key');
  return { code: 'TOO_MANY_STEPS', reason: 'too-many-steps', facts, ...place };
}

function checkNeeds(
  source: Source,
  known: readonly string[],
  id: string,
  step: StepOutline,
  max: number,
): Diagnostic[] {
  const isKnown = new Set(known);
  const unknown = step.needs.filter((need) => !isKnown.has(need)).slice(0, max);
  return unknown.map((need) => {
    const place = { path: ['steps', id, 'needs'], ...placeOfNeed(source, id, need) };
    if (hasExpression(need)) return { code: 'UNKNOWN_STEP', reason: 'expression-in-needs', facts: {}, ...place };
    const facts = { step: need, ...suggest(need, known) };
    return { code: 'UNKNOWN_STEP', reason: 'unknown-need', facts, ...place };
  });
}

function placeOfNeed(source: Source, id: string, need: string) {
  const path = ['steps', id, 'needs'];
  const written = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], source.value);
  const index = Array.isArray(written) ? written.indexOf(need) : -1;
  return source.locate(index < 0 ? path : [...path, index], 'value');
}

/** Reports each group of steps that wait for each other once, by one way round it. */
function checkCycles(source: Source, outline: Outline): Diagnostic[] {
  const found: Diagnostic[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const visit = (id: string): void => {
    if (state.get(id) === 'done' || !Object.hasOwn(outline.steps, id)) return;
    if (state.get(id) === 'open') {
      const steps = [...trail.slice(trail.indexOf(id)), id];
      found.push({ code: 'CYCLE', reason: 'step-cycle', facts: { steps }, ...source.locate(['steps', id], 'key') });
      return;
    }
    state.set(id, 'open');
    trail.push(id);
    for (const need of dependenciesOf(outline.steps[id]!)) visit(need);
    trail.pop();
    state.set(id, 'done');
  };
  for (const id of Object.keys(outline.steps)) visit(id);
  return found;
}
