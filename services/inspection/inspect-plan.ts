import { type Known, knownSteps, namedValues, textOption } from '../../core/checks/known.ts';
import { isLocalBase } from '../../core/kinds/options/option-marks.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { Plan } from '../../core/run/plan.ts';
import { inspectBase } from './inspect-base.ts';
import { inspectFile } from './inspect-file.ts';

/** Collects what is known of a run before it starts: its steps and the files that it names. Asks no server. */
export async function inspectPlan(plan: Plan, schedules: Known['schedules'] = []): Promise<Known> {
  const steps = knownSteps(plan);
  const named = namedValues({ steps });
  const exams = new Set(steps.map((step) => textOption(step, definitionOf(step.uses)?.exam?.option ?? '')));
  const valuesOf = (mark: string) => [...new Set(named.filter((each) => each.mark === mark).map(({ value }) => value))];
  const [files, bases] = await Promise.all([
    collect(valuesOf('path'), (path) => inspectFile(path, exams.has(path))),
    collect(valuesOf('base').filter(isLocalBase), inspectBase),
  ]);
  return { steps, schedules, files, bases };
}

/** Looks everything up at once; what is not found is left out. */
async function collect<T>(
  names: readonly string[],
  find: (name: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  await Promise.all(
    names.map(async (name) => {
      const facts = await find(name);
      if (facts !== undefined) found.set(name, facts);
    }),
  );
  return found;
}
