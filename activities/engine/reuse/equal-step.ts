import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { errors } from '../../../core/errors/catalogue.ts';
import { keepsProgress } from '../../../core/kinds/registry.ts';
import type { Phase } from '../../../core/reasons.ts';
import { equalStepWords } from '../../../core/words/waits.ts';
import type { StepInput } from '../../../protocol/activities.ts';
import { KeyClaim } from '../../../services/store/key-claims.ts';
import type { Deps } from '../deps.ts';

/**
 * A waiting step holds a slot of its worker, so it waits only for a moment; then it returns the slot, and Temporal starts
 * it again. Milliseconds.
 */
const [maxWaitMs, pollMs] = [2_000, 100];
const retryIn = '3s';

/** How long a step that keeps its progress may take to come back after it was cut off, before another run starts the same work. Milliseconds. */
const progressGraceMs = 90_000;

/**
 * Claims the key for this attempt. Undefined if another run computes the same result and this step must run in any case,
 * so it does not wait.
 */
export async function claimKey(
  deps: Deps,
  input: StepInput,
  key: string,
  tell: (phase: Phase) => void,
): Promise<KeyClaim | undefined> {
  const me = {
    runId: input.runId,
    step: input.step,
    graceMs: keepsProgress(input.uses, input.with) ? progressGraceMs : 0,
  };
  for (const until = Date.now() + maxWaitMs; ; ) {
    const taken = await KeyClaim.take(deps.store.root, key, me);
    if (taken instanceof KeyClaim) return taken;
    if (!input.reuse) return undefined;
    await waitOn(taken, until, tell);
  }
}

/** Waits while another run computes the same result. Returns true if it waited. */
export async function waitForEqualStep(
  deps: Deps,
  input: StepInput,
  key: string,
  tell: (phase: Phase) => void,
): Promise<boolean> {
  const until = Date.now() + maxWaitMs;
  for (let hasWaited = false; ; hasWaited = true) {
    const holder = await KeyClaim.holderOf(deps.store.root, key, input);
    if (!holder) return hasWaited;
    await waitOn(holder, until, tell);
  }
}

async function waitOn(holder: { runId: string; step: string }, until: number, tell: (phase: Phase) => void) {
  const facts = { run: holder.runId, step: holder.step };
  tell({ code: 'equal_step', facts });
  if (Date.now() >= until)
    throw ApplicationFailure.create({
      type: 'EQUAL_STEP_RUNNING',
      message: equalStepWords(facts),
      nextRetryDelay: retryIn,
      details: [{ remedy: errors.EQUAL_STEP_RUNNING.remedy, waitsFor: facts }],
    });
  await delay(pollMs, undefined, { signal: Context.current().cancellationSignal });
}
