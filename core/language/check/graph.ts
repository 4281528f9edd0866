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
import { didYouMean, listKnown } from '../suggest.ts';
import type { Source } from '../yaml/source.ts';

/** Variants of a matrix count. What a run tells of its steps must fit into one payload of Temporal, 2 MB. */
export const mostSteps = 1_500;
/** A file of nothing but mistakes has its first ones told: each is compared with every step for what may be meant. */
const enough = 100;

/** Steps that a step names in `needs`, or whose outputs its options or its condition read. */
export function dependenciesOf(step: StepOutline): string[] {
  return [...new Set([...step.needs, ...readsOf(step)])].sort();
}

function readsOf(step: StepOutline): string[] {
  const found: string[] = [];
  const collect = (expression: Expression | undefined) => {
    for (const name of expression ? namesIn(expression) : [])
      if (name.path[0] === 'steps' && name.path[1]) found.push(name.path[1]);
  };
  mapLeaves((step.with ?? {}) as Json, (leaf) => {
    if (typeof leaf === 'string' && hasExpression(leaf))
      for (const part of understood(() => parseTemplate(leaf)) ?? []) collect(part.expression);
    return leaf;
  });
  if (step.if !== undefined) collect(understood(() => parseExpression(step.if!)));
  return found;
}

/** An expression that does not parse is told where expressions are checked. */
function understood<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** `needs` that name no step, steps that wait for themselves or each other, and too many of them. */
export function checkGraph(source: Source, outline: Outline): Diagnostic[] {
  const known = Object.keys(outline.steps);
  const tooMany = checkCount(source, outline, known);
  if (tooMany) return [tooMany];
  const unknown: Diagnostic[] = [];
  for (const id of known) unknown.push(...checkNeeds(source, known, id, outline.steps[id]!, enough - unknown.length));
  return [...unknown, ...checkCycles(source, outline)];
}

function checkCount(source: Source, outline: Outline, known: readonly string[]): Diagnostic | undefined {
  let count = 0;
  let beyond: string | undefined;
  for (const id of known) {
    count += Math.max(1, outline.steps[id]!.matrix?.count ?? 1);
    if (count > mostSteps) beyond ??= id;
  }
  if (beyond === undefined) return undefined;
  const variants = count > known.length ? `, the variants of ${plural(known.length, 'step')}` : '';
  const message = `this pipeline has ${count} steps${variants}; ${mostSteps} is the most`;
  return { code: 'TOO_MANY_STEPS', message, ...source.locate(['steps', beyond], 'key') };
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

function checkNeeds(
  source: Source,
  known: readonly string[],
  id: string,
  step: StepOutline,
  most: number,
): Diagnostic[] {
  const isKnown = new Set(known);
  const unknown = step.needs.filter((need) => !isKnown.has(need)).slice(0, most);
  return unknown.map((need) => {
    const message = hasExpression(need)
      ? `steps.${id}.needs takes names of steps, no expressions`
      : `steps.${id}.needs: there is no step "${need.slice(0, 80)}"${didYouMean(need, known) || listKnown('steps', known)}`;
    return { code: 'UNKNOWN_STEP', message, ...placeOfNeed(source, id, need) };
  });
}

function placeOfNeed(source: Source, id: string, need: string) {
  const path = ['steps', id, 'needs'];
  const written = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], source.value);
  const index = Array.isArray(written) ? written.indexOf(need) : -1;
  return source.locate(index < 0 ? path : [...path, index], 'value');
}

/** Every group of steps that wait for each other is told once, by one way round it. */
function checkCycles(source: Source, outline: Outline): Diagnostic[] {
  const found: Diagnostic[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const visit = (id: string): void => {
    if (state.get(id) === 'done' || !Object.hasOwn(outline.steps, id)) return;
    if (state.get(id) === 'open') {
      found.push(describeCycle(source, [...trail.slice(trail.indexOf(id)), id]));
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

function describeCycle(source: Source, cycle: readonly string[]): Diagnostic {
  const message =
    cycle.length === 2
      ? `step "${cycle[0]}" waits for itself`
      : `these steps wait for each other: ${cycle.slice(0, 12).join(' → ')}${cycle.length > 12 ? ' → …' : ''}`;
  return { code: 'CYCLE', message, ...source.locate(['steps', cycle[0]!], 'key') };
}
