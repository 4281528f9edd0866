import { ApplicationFailure } from '@temporalio/workflow';
import type { Json } from '../../core/handles.ts';
import type { StepOptions } from '../../core/kinds/registry.ts';
import { milliseconds } from '../../core/run/duration.ts';
import type { StepInstance } from '../../core/run/expand-matrix.ts';
import { stepOf } from '../../core/run/expand-matrix.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { StepResult } from '../../protocol/activities.ts';
import type { WaitingSteps } from './waiting-steps.ts';

/** Waits until a person has approved; throws REJECTED when somebody rejects, or when silence means so. Both are written down. */
export async function askForApproval(
  id: string,
  options: Json,
  {
    runId,
    waiting,
    state,
    steps,
  }: { runId: string; waiting: WaitingSteps; state: RunState; steps: readonly StepInstance[] },
): Promise<StepResult> {
  const { message, timeout, on_timeout: silence } = options as StepOptions['approve'];
  const entry: StepState = state.steps[id]!;
  entry.startedAt ??= Date.now();
  const asked = { words: ['approve', 'reject'] as const, about: message, verdicts: verdictsBefore(id, steps, state) };
  const ms = timeout === undefined ? undefined : durationOf(timeout);
  const answer = await waiting.ask(id, ms === undefined ? asked : { ...asked, silence }, ms);
  const approved = (answer?.word ?? silence) === 'approve';
  const by = answer?.by ?? 'nobody';
  const comment = answer?.comment || (answer ? '' : `nobody answered within ${timeout}`);
  const outputs = { approved, by, comment };
  const reason = comment ? `: ${comment}` : '';
  if (approved) return { outputs, summary: `approved by ${by}${reason}`, artifacts: [], key: '' };
  entry.outputs = outputs;
  throw ApplicationFailure.create({
    type: 'REJECTED',
    message: answer ? `rejected by ${by}${reason}` : `rejected, since ${comment}`,
    nonRetryable: true,
    details: [
      { remedy: `Mend what speaks against it and start a new run; \`npx temper resume ${runId}\` asks once more.` },
    ],
  });
}

function durationOf(timeout: unknown): number {
  try {
    return milliseconds(String(timeout));
  } catch {
    throw ApplicationFailure.nonRetryable(
      `with.timeout must be a duration such as 24h, got "${timeout}"`,
      'BAD_OPTIONS',
    );
  }
}

/** What the evaluations have found that the step depends on, however far before it. */
function verdictsBefore(id: string, plan: readonly StepInstance[], { steps }: RunState): string[] {
  const needs = new Map(plan.map((step) => [stepOf(step.id), step.needs]));
  const before = new Set<string>();
  const visit = (each: string): void => {
    for (const need of needs.get(each) ?? []) {
      if (before.has(need)) continue;
      before.add(need);
      visit(need);
    }
  };
  visit(id);
  return plan.flatMap((step) => {
    const verdict = steps[step.id]!.outputs?.verdict;
    return before.has(stepOf(step.id)) && typeof verdict === 'string' ? [`${step.id}: ${verdict}`] : [];
  });
}
