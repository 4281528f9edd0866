import { runChecks } from '../../core/checks/checks.ts';
import { isErrorCode } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Plan } from '../../core/run/plan.ts';
import { describeProblem } from '../../core/words/diagnostics/describe.ts';
import type { Pins } from '../../protocol/activities.ts';
import { inspectPlan } from '../../services/inspection/inspect-plan.ts';

/** More problems than a person reads in a failure. */
const maxTold = 8;

/**
 * Carries out the checks before a run once more, on the machine that reads the files, at the moment when the run begins: a
 * schedule was applied months ago. What a machine cannot hold is refused once it is `decided` what runs. Throws TemperError. A file that is missing is reported where it is read.
 */
export async function checkPlan(
  plan: Plan,
  commits: Pins['bases'],
  decided?: ReadonlyMap<string, boolean>,
): Promise<void> {
  const known = await inspectPlan(plan, { commits, ...(decided ? { decided } : {}) });
  const errors = runChecks(known).filter(({ level }) => level === undefined);
  const [first] = errors;
  if (!first) return;
  const told = errors.map(({ place, ...problem }) => describeProblem({ ...problem, path: place.path }));
  throw new TemperError(
    isErrorCode(first.code) ? first.code : 'BAD_OPTIONS',
    told
      .slice(0, maxTold)
      .map(({ message }) => message)
      .join('\n'),
    told[0]!.hint === undefined ? {} : { remedy: sentence(told[0]!.hint) },
  );
}

const sentence = (hint: string) => `${hint[0]!.toUpperCase()}${hint.slice(1)}.`;
