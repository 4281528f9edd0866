import type { Json } from '../../../handles.ts';
import { isRecord, mapLeaves } from '../../../json.ts';
import type { Diagnostic, Path } from '../../diagnostic.ts';
import { ExpressionError, hasExpression, namesIn, parseExpression, parseTemplate } from '../../expression/parse.ts';
import type { Type } from '../../expression/types.ts';
import { isScalar, type Scalar } from '../../matrix.ts';
import type { Outline, StepOutline } from '../../outline.ts';
import type { Problem } from '../../problems.ts';
import { nearest, suggest } from '../../spelling/suggest.ts';
import type { Source } from '../../yaml/source.ts';
import { diagnosticAt } from '../diagnostic-at.ts';

/** Of one matrix. */
const maxDiagnostics = 20;
const keyRule = /^[a-z][a-z0-9_]{0,30}$/;

type ValueProblem = Extract<Problem, { code: 'BAD_VALUE' }>;
/** Makes the diagnostic of a problem at a path below the step. */
type Report = (problem: Problem, path: Path, part?: 'key' | 'value') => Diagnostic;

/** Checks what the shape of a matrix cannot say: names, equal and mixed values, rows without an effect. */
export function checkMatrix(source: Source, outline: Outline, id: string): Diagnostic[] {
  const written = stepAt(source, id);
  const step = outline.steps[id]!;
  const report: Report = (problem, path, part = 'value') => diagnosticAt(source, ['steps', id, ...path], part, problem);
  if (!step.matrix) {
    return ['max_parallel', 'fail_fast']
      .filter((key) => Object.hasOwn(written, key))
      .map((key) => report({ code: 'BAD_VALUE', reason: 'key-without-matrix', facts: {} }, [key], 'key'));
  }
  const { matrix } = written;
  if (!isRecord(matrix)) return [];
  const axes = Object.keys(matrix).filter((key) => key !== 'include' && key !== 'exclude');
  const found = [
    ...axes.filter((key) => !keyRule.test(key)).map((key) => badKey(key, ['matrix'], report)),
    ...checkValues(matrix, axes, report),
    ...checkExcluded(matrix, axes, report),
    ...checkIncluded(matrix, report),
  ];
  const whole = (problem: ValueProblem) => found.push(report(problem, ['matrix'], 'key'));
  if (found.length === 0 && step.matrix.sound && step.matrix.count === 0)
    whole({ code: 'BAD_VALUE', reason: 'no-variants', facts: {} });
  const names = step.matrix.variants.map(({ name }) => name);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (found.length === 0 && duplicate !== undefined)
    whole({ code: 'BAD_VALUE', reason: 'duplicate-variant', facts: { variant: duplicate } });
  return found.slice(0, maxDiagnostics);
}

/** `parent` is the path of the map that has the key. */
const badKey = (key: string, parent: Path, report: Report): Diagnostic =>
  report({ code: 'BAD_NAME', reason: 'bad-matrix-key', facts: { key } }, [...parent, key], 'key');

function checkValues(matrix: Readonly<Record<string, unknown>>, axes: readonly string[], report: Report): Diagnostic[] {
  const found: Diagnostic[] = [];
  const first = new Map<string, Scalar>();
  const add = (problem: ValueProblem, path: Path) => found.push(report(problem, path));
  const look = (key: string, value: unknown, path: Path) => {
    if (!isScalar(value)) return;
    if (typeof value === 'string' && hasExpression(value))
      add({ code: 'BAD_VALUE', reason: 'expression-in-plain-value', facts: {} }, path);
    const other = first.get(key);
    if (other === undefined) first.set(key, value);
    else if (typeof other !== typeof value) {
      const facts = { key, type: typeof value as Type, other: typeof other as Type };
      add({ code: 'BAD_VALUE', reason: 'mixed-types', facts }, path);
    }
  };
  for (const key of axes) {
    const list = matrix[key];
    if (!Array.isArray(list)) continue;
    const seen = new Set<unknown>();
    list.forEach((value: unknown, index) => {
      const path = ['matrix', key, index];
      look(key, value, path);
      if (seen.has(value)) add({ code: 'BAD_VALUE', reason: 'duplicate-value', facts: { value: String(value) } }, path);
      seen.add(value);
    });
  }
  for (const [index, row] of rows(matrix.include).entries())
    for (const [key, value] of Object.entries(row)) look(key, value, ['matrix', 'include', index, key]);
  return found;
}

/** A row that excludes nothing is a typing error, or was written for a value that has been removed. */
function checkExcluded(
  matrix: Readonly<Record<string, unknown>>,
  axes: readonly string[],
  report: Report,
): Diagnostic[] {
  return rows(matrix.exclude).flatMap((row, index) => {
    const path = ['matrix', 'exclude', index];
    const unknown = Object.keys(row).filter((key) => !axes.includes(key));
    if (unknown.length > 0)
      return unknown.map((key) => {
        const facts = { key, ...suggest(key, axes) };
        return report({ code: 'BAD_VALUE', reason: 'excluded-key', facts }, [...path, key], 'key');
      });
    const missing = Object.entries(row).filter(([key, value]) => {
      const list = matrix[key];
      return Array.isArray(list) && !list.includes(value);
    });
    return missing.map(([key, value]) => {
      const facts = { key, value: String(value) };
      return report({ code: 'BAD_VALUE', reason: 'excludes-nothing', facts }, [...path, key]);
    });
  });
}

function checkIncluded(matrix: Readonly<Record<string, unknown>>, report: Report): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  rows(matrix.include).forEach((row, index) => {
    const path = ['matrix', 'include', index];
    for (const key of Object.keys(row).filter((each) => !keyRule.test(each))) found.push(badKey(key, path, report));
    const text = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (seen.has(text)) found.push(report({ code: 'BAD_VALUE', reason: 'duplicate-row', facts: {} }, path));
    seen.add(text);
  });
  return found;
}

/** Finds keys that no expression reads: they make variants that differ only in their names. For steps without other mistakes. */
export function checkUnreadKeys(source: Source, outline: Outline, id: string): Diagnostic[] {
  const step = outline.steps[id]!;
  if (!step.matrix?.sound) return [];
  const read = new Set(readsOf(step).flatMap((path) => (path[0] === 'matrix' ? [path[1]] : [])));
  const unread = Object.keys(step.matrix.keys).filter((key) => !read.has(key));
  if (unread.length === 0) return [];
  const elsewhere = new Set(
    Object.values(outline.steps).flatMap((other) =>
      readsOf(other).flatMap((path) => (path[1] === id && path[2] === '*' && path[3] === 'matrix' ? [path[4]] : [])),
    ),
  );
  const { variants } = step.matrix;
  return unread
    .filter((key) => !elsewhere.has(key))
    .map((key) => {
      const place = variants.find((variant) => Object.hasOwn(variant.places, key))?.places[key] ?? [key];
      const path = ['steps', id, 'matrix', ...(place[0] === 'include' ? place : [key])];
      const others = Object.keys(step.matrix!.keys).filter((other) => other !== key);
      const meant = nearest(key, others);
      const facts = { key, ...(meant === undefined ? {} : { meant }) };
      return diagnosticAt(source, path, 'key', { code: 'BAD_VALUE', reason: 'unread-key', facts });
    });
}

function readsOf(step: StepOutline): string[][] {
  const found: string[][] = [];
  const collect = (parse: () => ReturnType<typeof namesIn>) => {
    try {
      for (const { path } of parse()) found.push(path);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
  };
  mapLeaves((step.with ?? {}) as Json, (leaf) => {
    if (typeof leaf === 'string' && hasExpression(leaf))
      collect(() => parseTemplate(leaf).flatMap(({ expression }) => (expression ? namesIn(expression) : [])));
    return leaf;
  });
  if (step.if !== undefined) collect(() => namesIn(parseExpression(step.if!)));
  return found;
}

function stepAt(source: Source, id: string): Readonly<Record<string, unknown>> {
  const steps = isRecord(source.value) ? source.value.steps : undefined;
  const step = isRecord(steps) && Object.hasOwn(steps, id) ? steps[id] : undefined;
  return isRecord(step) ? step : {};
}

const rows = (given: unknown): Record<string, unknown>[] =>
  Array.isArray(given) ? given.map((row: unknown) => (isRecord(row) ? row : {})) : [];
