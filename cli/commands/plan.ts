import color from 'picocolors';
import { flatten } from '../../core/comparison/changes.ts';
import type { Json } from '../../core/handles.ts';
import { stepSummaries } from '../../core/kinds/registry.ts';
import type { Checked } from '../../core/language/check/document.ts';
import { expandPlan } from '../../core/run/expand-matrix.ts';
import type { PlannedStep } from '../../core/run/plan.ts';
import { plural } from '../../core/words/plural.ts';
import { printJson } from '../json/print-json.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { loadPlan, shown } from '../runs/load-plan.ts';

/** Shows the plan of a document without starting a run. */
export async function plan(
  file: string,
  options: { input: string[]; json?: boolean; prove?: boolean },
): Promise<number> {
  const { plan, planned } = await loadPlan(file, options.input);
  await checkBeforeRun(plan, planned, { file });
  if (options.prove) {
    const { proveAndShow } = await import('../runs/prove.ts');
    return await proveAndShow({ plan }, options);
  }
  if (options.json) {
    printJson('plan', plan);
    return 0;
  }
  const count = expandPlan(plan).length;
  const all = count > plan.steps.length ? `, ${count} with each variant of a matrix` : '';
  const lines = [`${color.bold(plan.pipeline)}: ${plural(plan.steps.length, 'step')}${all}`];
  for (const [name, value] of Object.entries(plan.inputs)) {
    const given = options.input.some((input) => input.startsWith(`${name}=`));
    lines.push(`  input ${name} = ${JSON.stringify(value)} ${color.dim(given ? '(given)' : '(default)')}`);
  }
  for (const step of plan.steps) lines.push('', ...describe(step, planned));
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function describe(step: PlannedStep, written: Checked): string[] {
  const facts = [
    step.needs.length > 0 ? `after ${step.needs.join(', ')}` : 'starts at once',
    step.queue === 'gpu' ? 'takes the device' : '',
    step.if === undefined ? '' : `if ${step.if}`,
    step.reuse ? '' : 'never reused',
    step.continue_on_error ? 'may fail' : '',
    step.timeout_minutes === undefined ? '' : `timeout ${step.timeout_minutes} min`,
  ].filter(Boolean);
  if (step.uses === 'pipeline') {
    const inner = step.plan!;
    const innerWritten = written.used.find((each) => each.step === step.id)!;
    return [
      `${color.bold(step.id)} ${color.cyan(shown(inner.document.path))} ${color.dim(`(${facts.join('; ')})`)}`,
      `  ${color.dim(`Runs the pipeline ${inner.pipeline}: ${plural(inner.steps.length, 'step')}`)}`,
      ...Object.entries(inner.inputs).map(([name, value]) => `  input ${name} = ${JSON.stringify(value)}`),
      ...inner.steps.flatMap((each) => ['', ...describe(each, innerWritten).map((line) => `  ${line}`)]),
    ];
  }
  return [
    `${color.bold(step.id)} ${color.cyan(step.uses)} ${color.dim(`(${facts.join('; ')})`)}`,
    `  ${color.dim(stepSummaries[step.uses])}`,
    ...variants(step),
    ...optionLines(step, written),
  ];
}

/** Lists the options that the document gives, then the defaults. */
function optionLines(step: PlannedStep, { document }: Checked): string[] {
  const given = flatten((document?.steps[step.id]?.with ?? {}) as Json).map(([name]) => name);
  const isGiven = (name: string) => given.some((each) => each === name || name.startsWith(`${each}.`));
  const all = flatten(step.with);
  return [
    ...all.filter(([name]) => isGiven(name)).map(([name, value]) => `  ${name} = ${value}`),
    ...all.filter(([name]) => !isGiven(name)).map(([name, value]) => `  ${name} = ${value} ${color.dim('(default)')}`),
  ];
}

const maxShownVariants = 12;

function variants({ id, matrix }: PlannedStep): string[] {
  if (!matrix) return [];
  const { max_parallel, fail_fast } = matrix;
  const how = [
    max_parallel === undefined ? '' : `${max_parallel} at a time`,
    fail_fast ? 'the first failure stops the others' : 'a failure stops no other',
  ].filter(Boolean);
  const names = matrix.variants.map(({ name }) => `  ${color.cyan(`${id}@${name}`)}`);
  const more = names.length - maxShownVariants;
  return [
    `  ${names.length} variants ${color.dim(`(${how.join('; ')})`)}`,
    ...names.slice(0, maxShownVariants),
    ...(more > 0 ? [color.dim(`  and ${more} more`)] : []),
  ];
}
