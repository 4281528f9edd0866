import { z } from 'zod';
import { TemperError } from '../../core/errors/temper-error.ts';
import { isRecord } from '../../core/json.ts';
import { planVersion } from '../../core/run/schemas/plan.ts';
import { type Activities, activitySchemas } from '../../protocol/activities.ts';
import { applicationFailure } from './step-failure.ts';

type AnyActivity = (input: never) => Promise<unknown>;

/** Lets each activity see only an input that fits its schema. A workflow of another version of temper may send others. */
export function withDoors(activities: Activities): Activities {
  const entries = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: unknown) => (activity as AnyActivity)(parseInput(name as keyof Activities, input) as never),
  ]);
  return Object.fromEntries(entries) as Activities;
}

function parseInput(name: keyof Activities, input: unknown): unknown {
  refuseOtherVersion(input);
  const parsed = activitySchemas[name].input.safeParse(input);
  if (parsed.success) return parsed.data;
  const facts = z.prettifyError(parsed.error).split('\n', 6).join('\n');
  throw applicationFailure(new TemperError('INPUT_MISMATCH', `${name} cannot read its input:\n${facts}`), false);
}

/** The other checks of a plan would name fields that its version never had. */
function refuseOtherVersion(input: unknown): void {
  const plan = isRecord(input) ? input.plan : undefined;
  if (!isRecord(plan) || plan.version === planVersion) return;
  const message = `the stored plan of ${plan.pipeline} has version ${plan.version}, and this is ${planVersion}`;
  throw applicationFailure(new TemperError('PLAN_VERSION', message), true);
}
