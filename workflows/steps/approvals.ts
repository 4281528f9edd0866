import { ApplicationFailure } from '@temporalio/workflow';
import type { Json } from '../../core/handles.ts';
import type { StepOptions } from '../../core/kinds/registry.ts';
import { milliseconds } from '../../core/run/duration.ts';
import { stepOf } from '../../core/run/expand-matrix.ts';
import { begin } from '../../core/run/step-transitions.ts';
import type { StepResult } from '../../protocol/activities.ts';
import type { CurrentRun } from '../run/current-run.ts';
import type { WaitingSteps } from './waiting-steps.ts';

/** Waits until a person has approved. Throws REJECTED if a person rejects, or if silence means so; both are recorded. */
export async function askForApproval(
  run: CurrentRun,
  people: WaitingSteps,
  id: string,
  options: Json,
): Promise<StepResult> {
  const { message, timeout, on_timeout: silence } = options as StepOptions['approve'];
  run.write(id, begin(run.step(id), Date.now()));
  const question = { words: ['approve', 'reject'] as const, about: message, verdicts: verdictsBefore(id, run) };
  const ms = timeout === undefined ? undefined : durationOf(timeout);
  const answer = await people.ask(id, ms === undefined ? question : { ...question, silence }, { ms });
  const approved = (answer?.word ?? silence) === 'approve';
  const by = answer?.by ?? 'nobody';
  const comment = answer?.comment || (answer ? '' : `nobody answered within ${timeout}`);
  const outputs = { approved, by, comment };
  const reason = comment ? `: ${comment}` : '';
  if (approved) return { outputs, summary: `approved by ${by}${reason}`, artifacts: [], key: '' };
  run.write(id, { ...begin(run.step(id), Date.now()), outputs });
  throw ApplicationFailure.create({
    type: 'REJECTED',
    message: answer ? `rejected by ${by}${reason}` : `rejected, since ${comment}`,
    nonRetryable: true,
    details: [{ remedy: `Resolve the objection and start a new run; \`npx temper resume ${run.id}\` asks once more.` }],
  });
}

function durationOf(timeout: string): number {
  try {
    return milliseconds(String(timeout));
  } catch {
    throw ApplicationFailure.nonRetryable(
      `with.timeout must be a duration such as 24h, got "${timeout}"`,
      'BAD_OPTIONS',
    );
  }
}

/** Returns the verdicts of the evaluations that the step depends on, directly or not. */
function verdictsBefore(id: string, { steps, state }: CurrentRun): string[] {
  const instances = [...steps.values()];
  const needs = new Map(instances.map((step) => [stepOf(step.id), step.needs]));
  const before = new Set<string>();
  const visit = (each: string): void => {
    for (const need of needs.get(each) ?? []) {
      if (before.has(need)) continue;
      before.add(need);
      visit(need);
    }
  };
  visit(id);
  return instances.flatMap((step) => {
    const verdict = state.steps[step.id]!.outputs?.verdict;
    return before.has(stepOf(step.id)) && typeof verdict === 'string' ? [`${step.id}: ${verdict}`] : [];
  });
}
