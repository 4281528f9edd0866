import { join } from 'node:path';
import color from 'picocolors';
import { changesOf, changeWords, flatten } from '../../core/comparison/changes.ts';
import { documentChanges } from '../../core/comparison/run-difference.ts';
import type { Planned } from '../../core/language/plan/make-plan.ts';
import { SetError, setOption } from '../../core/language/yaml/set-option.ts';
import type { Plan, PlannedStep } from '../../core/run/plan.ts';
import { withDependents } from '../../core/run/run-graph.ts';
import { describeSetProblem } from '../../core/words/diagnostics/describe.ts';
import { asSaid } from '../../core/words/diagnostics/said.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import { openHome } from '../../services/machine/home.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { printJson } from '../json/print-json.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { planText } from '../runs/load-plan.ts';
import { resolveQuietly } from '../runs/resolve-run.ts';
import { UserError } from '../user-error.ts';
import { startAndWatch } from './start-run.ts';

/** Starts a new run of an earlier run's stored document, with the changes of `--set`. */
export async function rerun(
  text: string,
  options: { set: string[]; from?: string; dryRun?: boolean; detach?: boolean; json?: boolean },
): Promise<number> {
  const { runs } = openHome();
  const of = await resolveQuietly(text);
  const before = await readJsonFile<Plan>(join(runs, of, 'plan.json'));
  if (!before)
    throw new UserError(`${join(runs, of, 'plan.json')} is missing, so ${of} cannot be rerun`, {
      hint: 'start the document with `npx temper run FILE`; a run that no worker has taken yet has no stored document',
      exitCode: 1,
    });
  const { plan, planned } = await planAnew(before, options.set);
  const { from } = options;
  const ids = plan.steps.map(({ id }) => id);
  if (from !== undefined && !ids.includes(from))
    throw new UserError(`--from ${from}: unknown step`, { hint: suggestionFor(from, ids, 'steps') });
  await checkBeforeRun(plan, planned, { file: plan.document.path, starts: !options.dryRun });
  const change = { before, plan, from };
  if (!options.json) process.stdout.write(`${differenceLines(of, change).join('\n')}\n`);
  if (options.dryRun) {
    if (options.json) printJson('rerun', { of, changes: documentChanges(before, plan) });
    else process.stdout.write(color.dim('Nothing was started (`--dry-run`).\n'));
    return 0;
  }
  return await startAndWatch({ plan, reuse: true, rerun: { of, ...(from === undefined ? {} : { from }) } }, options);
}

/** Plans the stored document again. Its paths are relative to the folder it was read from, those of `--set` to the current one. */
async function planAnew(before: Plan, settings: readonly string[]): Promise<{ plan: Plan; planned: Planned }> {
  const inputs = Object.fromEntries(Object.entries(before.inputs).map(([name, value]) => [name, String(value)]));
  let { text } = before.document;
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at < 1)
      throw new UserError(`--set ${setting}: expected input=value or step.option=value`, {
        hint: 'write, for example, `--set train.epochs=4`',
      });
    const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
    const path = name.split('.');
    if (path.length === 1) inputs[checkedInput(name, before)] = value;
    else text = withOption(text, { path, value, setting }, before);
  }
  return await planText(text, before.document.path, inputs, before, '--set');
}

function checkedInput(name: string, { inputs, steps }: Plan): string {
  if (Object.hasOwn(inputs, name)) return name;
  const known = Object.keys(inputs);
  if (steps.some(({ id }) => id === name))
    throw new UserError(`--set ${name}: "${name}" is a step`, {
      hint: `name one of its options: \`--set ${name}.OPTION=VALUE\``,
    });
  throw new UserError(`--set ${name}: unknown input`, {
    hint: suggestionFor(
      name,
      known,
      'inputs',
      'the pipeline has no inputs; set an option with `--set STEP.OPTION=VALUE`',
    ),
  });
}

function withOption(
  text: string,
  { path, value, setting }: { path: string[]; value: string; setting: string },
  plan: Plan,
) {
  const [step, ...option] = path;
  const document = plan.steps.map(({ id }) => id.split('@')[0]!);
  if (!document.includes(step!))
    throw new UserError(`--set ${setting}: unknown step "${step}"`, {
      hint: suggestionFor(step!, document, 'steps'),
    });
  // A path copied from the document has a `with`: `train.with.lora.r`.
  const inner = option[0] === 'with' && option.length > 1 ? option.slice(1) : option;
  try {
    return setOption(text, ['steps', step!, 'with', ...inner], value);
  } catch (error) {
    if (!(error instanceof SetError)) throw error;
    const { message, hint } = asSaid(describeSetProblem(error.problem));
    throw new UserError(`--set ${setting}: ${message}`, { hint });
  }
}

interface Change {
  before: Plan;
  plan: Plan;
  from: string | undefined;
}

function differenceLines(of: string, { before, plan, from }: Change): string[] {
  const inputs = changesOf(Object.entries(before.inputs), Object.entries(plan.inputs)).map(
    (change) => `input ${changeWords(change)}`,
  );
  const steps = plan.steps.map((step) => ({
    id: step.id,
    lines: stepChanges(
      before.steps.find(({ id }) => id === step.id),
      step,
    ),
  }));
  const changed = steps.filter(({ lines }) => lines.length > 0).map(({ id }) => id);
  const first = [...changed, ...(from === undefined ? [] : [from])];
  const touched = new Set(first.flatMap((id) => [...withDependents(plan.steps, id)]));
  const forced = from === undefined ? new Set<string>() : withDependents(plan.steps, from);
  const list = (wanted: (id: string) => boolean) =>
    plan.steps
      .map(({ id }) => id)
      .filter(wanted)
      .join(', ');
  const groups = [
    ['will run', list((id) => forced.has(id) || changed.includes(id))],
    ['will run if their inputs change', list((id) => touched.has(id) && !forced.has(id) && !changed.includes(id))],
    ['will be reused unless a file, model or version has changed', list((id) => !touched.has(id))],
  ].filter(([, ids]) => ids !== '');
  const lines = [...inputs, ...steps.flatMap(({ id, lines }) => lines.map((line) => `${id}.${line}`))];
  return [
    `${color.bold('rerun')} of ${of}${from === undefined ? '' : `, from ${from}`}`,
    ...(lines.length > 0 ? lines.map((line) => `  ${line}`) : [color.dim('  document and inputs unchanged')]),
    ...groups.map(([title, ids]) => color.dim(`  ${title}: ${ids}`)),
  ];
}

function stepChanges(before: PlannedStep | undefined, after: PlannedStep): string[] {
  if (!before) return ['(new step)'];
  return changesOf(flatten(before.with), flatten(after.with)).map(changeWords);
}
