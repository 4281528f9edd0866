import { type Plan, type PlannedStep, planVersion } from '../../../core/run/schemas/plan.ts';
import { noopKind } from './noop.ts';
import type { ByHand } from './workflows.ts';

const output = (n: number) => `\${{ steps.s${n}.outputs.n }}`;

/** A plan equivalent to the workflow `byHand`. */
export function planOf({ shape, steps, salt, atOnce }: Pick<ByHand, 'shape' | 'steps' | 'salt' | 'atOnce'>): Plan {
  const numbers = Array.from({ length: steps }, (_, index) => index + 1);
  const plan = (planned: PlannedStep[]): Plan => ({
    version: planVersion,
    pipeline: `bench-${shape.replace('_', '-')}`,
    inputs: {},
    steps: planned,
    keep: { intermediates: 'until_proven' },
    on_step_failure: 'fail',
    document: { path: '/bench', text: '' },
  });
  if (shape === 'matrix') {
    const variants = numbers.map((n) => ({ name: `n=${n}`, values: { n }, with: [n] }));
    const matrix = { max_parallel: atOnce, fail_fast: false, paths: [['n']], variants };
    return plan([{ ...noopStep(1, salt, []), matrix }]);
  }
  const planned = numbers.map((n) => noopStep(n, salt, shape === 'chain' && n > 1 ? [n - 1] : []));
  return plan(shape === 'fan_out' ? [...planned, noopStep(steps + 1, salt, numbers)] : planned);
}

function noopStep(n: number, salt: string, needs: readonly number[]): PlannedStep {
  return {
    id: `s${n}`,
    uses: noopKind,
    executor: 'activity',
    heartbeat_timeout: '30s',
    with: { n, salt, after: needs.map(output) },
    needs: needs.map((need) => `s${need}`),
    retry: { max_attempts: 3, initial_interval: '1s', backoff: 2, max_interval: '1m' },
    queue: 'cpu',
    reuse: true,
  };
}

/** `published`: each step publishes an artifact and reads that of the step before. Otherwise it starts an empty process. */
export function runDocument(steps: number, salt: string, published: boolean): string {
  const lines = Array.from({ length: steps }, (_, index) => {
    const n = index + 1;
    const inputs = published && n > 1 ? `{ before: "\${{ steps.s${index}.outputs.out }}" }` : '{}';
    const script = published ? `echo ${salt} ${n} > out.txt` : `: ${salt} ${n}`;
    const outputs = published ? ', outputs: { out: { path: out.txt, type: files } }' : '';
    const needs = n > 1 ? `needs: [s${index}], ` : '';
    return `  s${n}: { ${needs}uses: run, with: { shell: sh, script: "${script}", inputs: ${inputs}${outputs} } }`;
  });
  return `name: bench-run\nsteps:\n${lines.join('\n')}\n`;
}
