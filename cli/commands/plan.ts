import { join } from 'node:path';
import color from 'picocolors';
import { flatten } from '../../core/comparison/changes.ts';
import { whatIsSure } from '../../core/estimates/decisions.ts';
import { type PlanForecast, planForecast } from '../../core/estimates/plan-forecast.ts';
import type { Json } from '../../core/handles.ts';
import { stepSummaries } from '../../core/kinds/registry.ts';
import type { Checked } from '../../core/language/check/document.ts';
import { expandPlan } from '../../core/run/expand-matrix.ts';
import type { PlannedStep } from '../../core/run/plan.ts';
import { decisionWords } from '../../core/words/forecasts.ts';
import { plural } from '../../core/words/plural.ts';
import { earlierSteps } from '../../services/estimates/earlier-steps.ts';
import { homeRoot } from '../../services/machine/home.ts';
import { printJson } from '../json/print-json.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { foreseePlan } from '../runs/foresee.ts';
import { loadPlan, shown } from '../runs/load-plan.ts';

/** Shows the plan of a document without starting a run. */
export async function plan(
  file: string,
  options: { input: string[]; json?: boolean; prove?: boolean; graph?: boolean },
): Promise<number> {
  const { plan, planned } = await loadPlan(file, options.input);
  const { decisions, problem } = await foreseePlan(plan);
  const known = await checkBeforeRun(plan, planned, { file, asks: true, decided: whatIsSure(decisions) });
  if (options.prove) {
    const { proveAndShow } = await import('../runs/prove.ts');
    const routes = await proveAndShow({ plan }, options);
    return routes.every(({ verdict }) => verdict === 'proven') ? 0 : 1;
  }
  const folders = { runs: join(homeRoot(), 'runs'), store: join(homeRoot(), 'store') };
  const ids = known.steps.flatMap(({ id, within }) => (within.length === 0 ? [id] : []));
  const forecast = planForecast(known, decisions, await earlierSteps(folders, plan.pipeline, ids));
  if (options.json) {
    printJson('plan', { ...plan, forecast: forecastAsJson(forecast) });
    return 0;
  }
  if (options.graph) {
    process.stdout.write((await import('../view/mermaid.ts')).mermaid(plan, forecast));
    return 0;
  }
  const count = expandPlan(plan).length;
  const all = count > plan.steps.length ? `, ${count} with each variant of a matrix` : '';
  const lines = [`${color.bold(plan.pipeline)}: ${plural(plan.steps.length, 'step')}${all}`];
  for (const [name, value] of Object.entries(plan.inputs)) {
    const given = options.input.some((input) => input.startsWith(`${name}=`));
    lines.push(`  input ${name} = ${JSON.stringify(value)} ${color.dim(given ? '(given)' : '(default)')}`);
  }
  const { forecastLines } = await import('../view/forecast-table.ts');
  lines.push('', ...forecastLines(forecast));
  if (problem !== undefined) lines.push(color.dim(`  What would be reused is not known: ${problem}`));
  for (const step of plan.steps) lines.push('', ...describe(step, planned));
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** What `--json` prints beside the plan: absent figures are not known. Seconds and bytes. */
function forecastAsJson({ steps, total }: PlanForecast) {
  return {
    steps: steps.map(({ id, within, uses: _, decision, ...needs }) => ({
      step: [...within, id].join('/'),
      ...decision,
      ...needs,
      why: decisionWords(decision).why,
    })),
    total,
  };
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
      `${color.bold(step.id)} ${shown(inner.document.path)} ${color.dim(`(${facts.join('; ')})`)}`,
      `  ${color.dim(`Runs the pipeline ${inner.pipeline}: ${plural(inner.steps.length, 'step')}`)}`,
      ...Object.entries(inner.inputs).map(([name, value]) => `  input ${name} = ${JSON.stringify(value)}`),
      ...inner.steps.flatMap((each) => ['', ...describe(each, innerWritten).map((line) => `  ${line}`)]),
    ];
  }
  return [
    `${color.bold(step.id)} ${step.uses} ${color.dim(`(${facts.join('; ')})`)}`,
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
  const names = matrix.variants.map(({ name }) => `  ${id}@${name}`);
  const more = names.length - maxShownVariants;
  return [
    `  ${names.length} variants ${color.dim(`(${how.join('; ')})`)}`,
    ...names.slice(0, maxShownVariants),
    ...(more > 0 ? [color.dim(`  and ${more} more`)] : []),
  ];
}
