import type { Json } from '../../handles.ts';
import { mapLeaves, withValue } from '../../json.ts';
import { isLocalBase } from '../../kinds/options/base-source.ts';
import { markedValues } from '../../kinds/options/option-marks.ts';
import { withDefaults } from '../../kinds/options/resolve-options.ts';
import { definitionOf, keepsProgress, type StepKind, usesDevice } from '../../kinds/registry.ts';
import type { PlannedMatrix, PlannedStep } from '../../run/plan.ts';
import { dependenciesOf } from '../check/graph.ts';
import { type PipelineDocument, retrySchema } from '../document.ts';
import { contextsIn, fillOptions } from '../expression/evaluate.ts';
import { hasExpression } from '../expression/parse.ts';
import type { Outline } from '../outline.ts';

export interface Planning {
  document: PipelineDocument;
  outline: Outline;
  values: Readonly<Record<string, unknown>>;
  /** Makes a path of the document absolute. */
  fromDocument: (path: string) => string;
  /** What happens to an option that reads an input without a value. */
  unknown: 'fail' | 'leave';
}

/** Filled when the run knows them. */
const known = ['steps', 'secrets', 'run'];

/** A step of a valid document as a run carries it out: inputs filled in, paths absolute, every default written out. */
export function planStep(id: string, planning: Planning): PlannedStep {
  const { document, outline, values, fromDocument, unknown } = planning;
  const step = document.steps[id]!;
  const given = (step.with ?? {}) as Json;
  const uses = step.uses as StepKind;
  const definition = definitionOf(uses)!;
  const { executor, heartbeatTimeout, reuse, proofOutput } = definition;
  const gpu = step.resources?.gpu;
  const filled = fill(given, { inputs: values }, [...known, 'matrix'], unknown);
  const options = withDefaults(uses, absolute(uses, filled, fromDocument));
  return {
    id,
    uses,
    with: options,
    executor,
    ...(executor === 'activity' ? { heartbeat_timeout: heartbeatTimeout } : {}),
    ...(keepsProgress(uses, options) ? { keeps_progress: true } : {}),
    ...(reuse === 'never' ? { acts_each_time: true } : {}),
    ...(proofOutput === undefined ? {} : { proves: true }),
    needs: dependenciesOf(outline.steps[id]!),
    ...(step.if === undefined ? {} : { if: String(step.if) }),
    ...(step.matrix ? { matrix: planMatrix(id, given, planning) } : {}),
    ...(step.continue_on_error ? { continue_on_error: true } : {}),
    ...(step.timeout_minutes === undefined ? {} : { timeout_minutes: step.timeout_minutes }),
    retry: step.retry ?? retrySchema.parse({}),
    queue: (gpu === undefined ? usesDevice(uses, options) : gpu > 0) ? 'gpu' : 'cpu',
    reuse: step.reuse,
  };
}

/** Values that read a step beside the matrix are filled when the run knows that step. */
function planMatrix(
  id: string,
  given: Json,
  { document, outline, values, fromDocument, unknown }: Planning,
): PlannedMatrix {
  const step = document.steps[id]!;
  const paths: (readonly (string | number)[])[] = [];
  mapLeaves(given, (leaf, path) => {
    const contexts = typeof leaf === 'string' ? contextsIn(leaf) : new Set();
    if (contexts.has('matrix') && !known.some((context) => contexts.has(context))) paths.push(path);
    return leaf;
  });
  const variants = outline.steps[id]!.matrix!.variants.map((variant) => {
    const scope = { inputs: values, matrix: variant.values };
    const filled = paths.reduce(
      (options, path) => withValue(options, path, fill(at(given, path), scope, known, unknown)),
      given,
    );
    const options = absolute(step.uses as StepKind, filled, fromDocument);
    return { name: variant.name, values: variant.values, with: paths.map((path) => at(options, path)) };
  });
  return {
    ...(step.max_parallel === undefined ? {} : { max_parallel: step.max_parallel }),
    fail_fast: step.fail_fast ?? true,
    paths,
    variants,
  };
}

const fill = (
  options: Json,
  scope: Readonly<Record<string, unknown>>,
  leave: readonly string[],
  unknown: Planning['unknown'],
) => fillOptions(options, scope, leave, { again: true, unknown });

const at = (value: Json, path: readonly (string | number)[]): Json =>
  path.reduce<Json>((inner, key) => (inner as Record<string | number, Json>)[key]!, value);

function absolute(kind: StepKind, options: Json, fromDocument: (path: string) => string): Json {
  return markedValues(kind, options).reduce((changed, { mark, path, value }) => {
    const isPath = (mark === 'path' || (mark === 'base' && isLocalBase(value))) && !hasExpression(value);
    return isPath ? withValue(changed, path, fromDocument(value)) : changed;
  }, options);
}
