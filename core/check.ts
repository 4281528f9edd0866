import { describeIssue, knownOptionKeys } from './describe-issue.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { PipelineDocument, StepDocument } from './document.ts';
import {
  type Expression,
  ExpressionError,
  hasExpression,
  namesIn,
  parseExpression,
  parseTemplate,
} from './expression.ts';
import { type ArtifactKind, artifactKinds, type Json } from './handles.ts';
import { isRecord, mapLeaves } from './json.ts';
import { type Type, typeOf, word } from './scope.ts';
import { stepOptions } from './steps.ts';
import { didYouMean } from './suggest.ts';
import type { Source } from './yaml-source.ts';

/** Everything that can be wrong between the parts of a document: options, expressions, references, cycles. */
export function checkPipeline(source: Source, document: PipelineDocument): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const [name, input] of Object.entries(document.inputs)) {
    const wanted = input.type === 'path' ? 'string' : input.type;
    if (input.default !== undefined && typeof input.default !== wanted) {
      diagnostics.push({
        code: 'BAD_VALUE',
        message: `inputs.${name}.default must be ${word(wanted as Type)}`,
        ...source.locate(['inputs', name, 'default'], 'value'),
      });
    }
  }
  for (const [id, step] of Object.entries(document.steps)) {
    diagnostics.push(
      ...checkNeeds(source, document, id, step),
      ...checkCondition(source, document, id, step),
      ...checkOptions(source, document, id, step),
    );
  }
  if (diagnostics.length === 0) diagnostics.push(...checkCycles(source, document));
  return diagnostics;
}

function checkNeeds(source: Source, document: PipelineDocument, id: string, step: StepDocument): Diagnostic[] {
  const known = Object.keys(document.steps);
  return needsOf(step).flatMap((need, index) => {
    if (known.includes(need) && need !== id) return [];
    const path = ['steps', id, 'needs', ...(Array.isArray(step.needs) ? [index] : [])];
    const message =
      need === id
        ? `step "${id}" needs itself`
        : `steps.${id}.needs: there is no step "${need}"${didYouMean(need, known)}`;
    return [{ code: 'UNKNOWN_STEP', message, ...source.locate(path, 'value') }];
  });
}

export const needsOf = (step: StepDocument): string[] => (step.needs === undefined ? [] : [step.needs].flat());

function checkCondition(source: Source, document: PipelineDocument, id: string, step: StepDocument): Diagnostic[] {
  if (typeof step.if !== 'string') return [];
  const path = ['steps', id, 'if'];
  if (hasExpression(step.if)) {
    return [
      {
        code: 'BAD_EXPRESSION',
        message: `steps.${id}.if is an expression already; write it without \`\${{ }}\``,
        ...source.locate(path, 'value'),
      },
    ];
  }
  return inExpression(source, path, step.if, () => {
    const expression = parseExpression(step.if as string);
    const type = typeOf(expression, document);
    if (type !== 'boolean')
      throw new ExpressionError(`needs true or false, but this is ${word(type)}`, expression.at, expression.end);
  });
}

/** Runs a check and turns its ExpressionError into a diagnostic at the right place of the file. */
function inExpression(source: Source, path: readonly PropertyKey[], text: string, check: () => void): Diagnostic[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const whole = source.locate(path, 'value');
    // Escapes and folded lines move characters; the exact place is given only where the text stands verbatim.
    const start = source.text.indexOf(text, whole.at);
    const verbatim = start >= 0 && start < whole.end;
    const place = verbatim ? { at: start + error.at, end: start + error.end } : whole;
    return [{ code: 'BAD_EXPRESSION', message: `${path.join('.')}: ${error.message}`, ...place }];
  }
}

/**
 * Checks options against the kind's schema with each expression replaced by a value of its static type,
 * so that "text where a number belongs" is found before anything runs.
 */
function checkOptions(source: Source, document: PipelineDocument, id: string, step: StepDocument): Diagnostic[] {
  const prefix = ['steps', id, 'with'];
  const diagnostics: Diagnostic[] = [];
  const placeholders = new Map<string, Type | 'broken'>();
  const filled = mapLeaves((step.with ?? {}) as Json, (leaf, path) => {
    if (typeof leaf !== 'string' || !hasExpression(leaf)) return leaf;
    let type: Type | 'broken' = 'broken';
    diagnostics.push(
      ...inExpression(source, [...prefix, ...path], leaf, () => {
        const parts = parseTemplate(leaf);
        const types = parts.map((part) =>
          part.expression ? shift(part.at, () => typeOf(part.expression!, document)) : 'string',
        );
        checkSecrets(step, path, parts);
        type = parts.length === 1 && parts[0]!.expression ? types[0]! : 'string';
      }),
    );
    placeholders.set(path.join('\0'), type);
    return stand(type, document, leaf);
  });
  const parsed = stepOptions[step.uses].safeParse(filled);
  for (const issue of parsed.error?.issues ?? []) {
    const at = [...placeholders.keys()].find(
      (path) => issue.path.join('\0') === path || issue.path.join('\0').startsWith(`${path}\0`),
    );
    const type = at === undefined ? undefined : placeholders.get(at);
    if (type === undefined) {
      diagnostics.push(...describeOption(issue, source, step, prefix));
    } else if (type !== 'broken' && typeMismatch(issue)) {
      const path = [...prefix, ...at!.split('\0')];
      const wanted = wantedBy(issue);
      diagnostics.push({
        code: 'BAD_VALUE',
        message: `${path.join('.')} needs ${wanted}, but this expression is ${word(type)}`,
        ...source.locate(path, 'value'),
      });
    }
  }
  return [...diagnostics, ...checkRunStep(source, id, step)];
}

/** Shifts the offsets of an error inside a template part to offsets in the whole string. */
function shift<T>(by: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(error.message, error.at + by, error.end + by);
    throw error;
  }
}

function checkSecrets(
  step: StepDocument,
  path: readonly PropertyKey[],
  parts: readonly { expression?: Expression; at: number; text: string }[],
): void {
  for (const part of parts) {
    const names = part.expression ? namesIn(part.expression) : [];
    const secret = names.find((name) => name.path[0] === 'secrets');
    if (!secret) continue;
    if (step.uses !== 'run' || path[0] !== 'env') {
      throw new ExpressionError(
        'a secret may stand only in the `env` of a `run` step; the Hub’s token is read from HF_TOKEN by itself',
        part.at + secret.at,
        part.at + secret.end,
      );
    }
    if (parts.length > 1 || part.expression!.kind !== 'name') {
      throw new ExpressionError('a secret stands alone in its string', part.at + secret.at, part.at + secret.end);
    }
  }
}

const isArtifact = (type: string): type is ArtifactKind => (artifactKinds as readonly string[]).includes(type);

function stand(type: Type | 'broken', document: PipelineDocument, leaf: string): Json {
  if (isArtifact(type)) return { uri: 'artifact:example', digest: 'sha256:0', size: 0, kind: type };
  if (type === 'number') return 1;
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  // An input with a default can be checked for real, as far as it stands alone.
  const input = /^\$\{\{\s*inputs\.([\w-]+)\s*\}\}$/.exec(leaf)?.[1];
  const known = input && Object.hasOwn(document.inputs, input) ? document.inputs[input]!.default : undefined;
  return known ?? 'text';
}

function typeMismatch(issue: { code?: string | undefined }): boolean {
  return (
    issue.code === 'invalid_type' ||
    issue.code === 'invalid_value' ||
    issue.code === 'invalid_union' ||
    issue.code === 'unrecognized_keys'
  );
}

function wantedBy(issue: {
  code?: string | undefined;
  expected?: unknown;
  values?: unknown;
  path: readonly PropertyKey[];
  errors?: unknown;
}): string {
  if (issue.code === 'invalid_value' && Array.isArray(issue.values)) {
    return issue.path.at(-1) === 'kind'
      ? `an artifact (${issue.values.join(', ')})`
      : `one of ${issue.values.join(', ')}`;
  }
  if (issue.code === 'invalid_type') {
    return (
      (
        {
          object: 'an artifact',
          string: 'text',
          int: 'a whole number',
          number: 'a number',
          boolean: 'true or false',
          array: 'a list',
        } as Record<string, string>
      )[String(issue.expected)] ?? String(issue.expected)
    );
  }
  const kinds = JSON.stringify(issue.errors ?? '').match(/"values":\["(\w+)"\]/);
  return kinds ? `text or an artifact (${kinds[1]})` : 'another type';
}

function describeOption(
  issue: Parameters<typeof describeIssue>[0],
  source: Source,
  step: StepDocument,
  prefix: string[],
): Diagnostic[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownOptionKeys(step.uses, issue.path);
      const where = [...prefix, ...issue.path].join('.');
      const hint = didYouMean(key, known) || `; options here: ${known.join(', ')}`;
      return {
        code: 'UNKNOWN_OPTION',
        message: `${where}: unknown option "${key}" of ${step.uses}${hint}`,
        ...source.locate([...prefix, ...issue.path, key], 'key'),
      };
    });
  }
  const value = issue.path.reduce<unknown>(
    (inner, key) =>
      isRecord(inner) || Array.isArray(inner) ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    step.with ?? {},
  );
  if (value === undefined && issue.path.length > 0) {
    const place = source.locate(step.with ? prefix : prefix.slice(0, 2), 'key');
    return [
      {
        code: 'MISSING',
        message: `${prefix.join('.')}: ${step.uses} needs the option "${issue.path.join('.')}"`,
        ...place,
      },
    ];
  }
  return describeIssue(issue, source, prefix).map((diagnostic) => {
    const artifact = issue.code === 'invalid_type' && issue.expected === 'object' && typeof value === 'string';
    return artifact
      ? {
          ...diagnostic,
          message: `${[...prefix, ...issue.path].join('.')} needs an artifact: write \`\${{ steps.<step>.outputs.<name> }}\``,
        }
      : diagnostic;
  });
}

function checkRunStep(source: Source, id: string, step: StepDocument): Diagnostic[] {
  if (step.uses !== 'run') return [];
  const { command, shell, script } = (step.with ?? {}) as Record<string, unknown>;
  const place = source.locate(['steps', id, step.with ? 'with' : 'uses'], 'key');
  const say = (message: string) => [{ code: 'BAD_VALUE', message: `steps.${id}.with: ${message}`, ...place }];
  if (command !== undefined && (shell !== undefined || script !== undefined))
    return say('give either `command`, or `shell` with `script`');
  if (command === undefined && (shell === undefined || script === undefined))
    return say('run needs `command: [program, argument, …]`, or `shell` with `script`');
  return [];
}

/** Steps whose outputs a step reads, in its options and its condition. */
export function readsOf(step: StepDocument): string[] {
  const found: string[] = [];
  const collect = (expression: Expression) => {
    for (const name of namesIn(expression)) if (name.path[0] === 'steps' && name.path[1]) found.push(name.path[1]);
  };
  mapLeaves((step.with ?? {}) as Json, (leaf) => {
    if (typeof leaf === 'string' && hasExpression(leaf))
      for (const part of parseTemplate(leaf)) if (part.expression) collect(part.expression);
    return leaf;
  });
  if (typeof step.if === 'string') collect(parseExpression(step.if));
  return found;
}

export function dependenciesOf(step: StepDocument): string[] {
  return [...new Set([...needsOf(step), ...readsOf(step)])].sort();
}

function checkCycles(source: Source, document: PipelineDocument): Diagnostic[] {
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const visit = (id: string): string[] | undefined => {
    if (state.get(id) === 'done') return undefined;
    if (state.get(id) === 'open') return [...trail.slice(trail.indexOf(id)), id];
    state.set(id, 'open');
    trail.push(id);
    for (const need of dependenciesOf(document.steps[id]!)) {
      const cycle = visit(need);
      if (cycle) return cycle;
    }
    trail.pop();
    state.set(id, 'done');
    return undefined;
  };
  for (const id of Object.keys(document.steps)) {
    const cycle = visit(id);
    if (cycle) {
      return [
        {
          code: 'CYCLE',
          message: `these steps wait for each other: ${cycle.join(' → ')}`,
          ...source.locate(['steps', cycle[0]!], 'key'),
        },
      ];
    }
  }
  return [];
}
