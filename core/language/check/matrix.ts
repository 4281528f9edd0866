import type { Json } from '../../handles.ts';
import { isRecord, mapLeaves } from '../../json.ts';
import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { ExpressionError, hasExpression, namesIn, parseExpression, parseTemplate } from '../expression/parse.ts';
import { isScalar, type Scalar } from '../matrix.ts';
import type { Outline, StepOutline } from '../outline.ts';
import { didYouMean, listKnown } from '../suggest.ts';
import type { Source } from '../yaml/source.ts';

/** A matrix of nothing but mistakes has its first ones told. */
const enough = 20;
const keyRule = /^[a-z][a-z0-9_]{0,30}$/;

/** What the shape of a matrix cannot say: names, equal and mixed values, rows that mean nothing. */
export function checkMatrix(source: Source, outline: Outline, id: string): Diagnostic[] {
  const written = stepAt(source, id);
  const step = outline.steps[id]!;
  const say = (message: string, path: readonly (string | number)[], part: 'key' | 'value' = 'value'): Diagnostic => ({
    code: 'BAD_VALUE',
    message: `${nameOf(['steps', id, ...path])} ${message}`,
    ...source.locate(['steps', id, ...path], part),
  });
  if (!step.matrix) {
    return ['max_parallel', 'fail_fast']
      .filter((key) => Object.hasOwn(written, key))
      .map((key) => say('says something about variants, but the step has no `matrix`', [key], 'key'));
  }
  const { matrix } = written;
  if (!isRecord(matrix)) return [];
  const axes = Object.keys(matrix).filter((key) => key !== 'include' && key !== 'exclude');
  const found: Diagnostic[] = axes
    .filter((key) => !keyRule.test(key))
    .map((key) => ({
      ...say('', ['matrix', key], 'key'),
      code: 'BAD_NAME',
      message: `"${key.slice(0, 80)}" as a key of the matrix must be a lower-case name: letters, digits and \`_\`, at most 31`,
    }));
  found.push(...checkValues(matrix, axes, say), ...checkExcluded(matrix, axes, say), ...checkIncluded(matrix, say));
  if (found.length === 0 && step.matrix.sound && step.matrix.count === 0)
    found.push(say('has no variant: give it a list of values, or rows under `include`', ['matrix'], 'key'));
  const names = step.matrix.variants.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (found.length === 0 && twice !== undefined) found.push(say(`has the variant ${twice} twice`, ['matrix'], 'key'));
  return found.slice(0, enough);
}

type Say = (message: string, path: readonly (string | number)[], part?: 'key' | 'value') => Diagnostic;

function checkValues(matrix: Readonly<Record<string, unknown>>, axes: readonly string[], say: Say): Diagnostic[] {
  const found: Diagnostic[] = [];
  const first = new Map<string, Scalar>();
  const look = (key: string, value: unknown, path: readonly (string | number)[]) => {
    if (!isScalar(value)) return;
    if (typeof value === 'string' && hasExpression(value))
      found.push(say('is a plain value; expressions may stand only in `with` and `if`', path));
    const other = first.get(key);
    if (other === undefined) first.set(key, value);
    else if (typeof other !== typeof value)
      found.push(
        say(`is ${kindOf(value)}, but another value of ${key} is ${kindOf(other)}; all must be of one type`, path),
      );
  };
  for (const key of axes) {
    const list = matrix[key];
    if (!Array.isArray(list)) continue;
    const seen = new Set<unknown>();
    list.forEach((value: unknown, index) => {
      look(key, value, ['matrix', key, index]);
      if (seen.has(value)) found.push(say(`is there already: ${String(value)}`, ['matrix', key, index]));
      seen.add(value);
    });
  }
  for (const [index, row] of rows(matrix.include).entries())
    for (const [key, value] of Object.entries(row)) look(key, value, ['matrix', 'include', index, key]);
  return found;
}

/** A row that leaves nothing out is a slip of the fingers, or outlived the value it was written for. */
function checkExcluded(matrix: Readonly<Record<string, unknown>>, axes: readonly string[], say: Say): Diagnostic[] {
  return rows(matrix.exclude).flatMap((row, index) => {
    const path = ['matrix', 'exclude', index];
    const unknown = Object.keys(row).filter((key) => !axes.includes(key));
    if (unknown.length > 0)
      return unknown.map((key) =>
        say(`is no key of the matrix${didYouMean(key, axes) || listKnown('it has', axes)}`, [...path, key], 'key'),
      );
    const missing = Object.entries(row).filter(([key, value]) => {
      const list = matrix[key];
      return Array.isArray(list) && !list.includes(value);
    });
    return missing.map(([key, value]) =>
      say(`leaves nothing out: no combination has ${key} ${String(value)}`, [...path, key]),
    );
  });
}

function checkIncluded(matrix: Readonly<Record<string, unknown>>, say: Say): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  rows(matrix.include).forEach((row, index) => {
    for (const key of Object.keys(row).filter((each) => !keyRule.test(each)))
      found.push({
        ...say('is no lower-case name: letters, digits and `_`, at most 31', ['matrix', 'include', index, key], 'key'),
        code: 'BAD_NAME',
      });
    const text = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (seen.has(text)) found.push(say('is there already', ['matrix', 'include', index]));
    seen.add(text);
  });
  return found;
}

/** A key that no expression reads makes variants that are equal but for their names. Asked of steps without other mistakes. */
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
      const meant = didYouMean(
        key,
        Object.keys(step.matrix!.keys).filter((other) => other !== key),
      );
      const message = `${nameOf(path)} is read nowhere: write \`\${{ matrix.${key} }}\` in an option${meant}`;
      return { code: 'BAD_VALUE', message, ...source.locate(path, 'key') };
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

const kindOf = (value: Scalar) =>
  ({ string: 'text', number: 'a number', boolean: 'true or false' })[typeof value as 'string'];
