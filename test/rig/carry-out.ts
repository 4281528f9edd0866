import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import { stepInput } from './deps.ts';

let count = 0;

/** A worker without a server; a failure that a test provokes on purpose is no news. */
export const mockWorker = (info: { scheduledTimestampMs?: number } = {}): MockActivityEnvironment =>
  new MockActivityEnvironment({ scheduledTimestampMs: Date.now(), ...info }, { logger: new DefaultLogger('ERROR') });

/** Runs an activity as a worker would, in a run of its own, without a server. */
export async function carryOut(
  activity: (input: StepInput) => Promise<StepResult>,
  options: object,
  over: Partial<StepInput> = {},
  environment = mockWorker(),
): Promise<StepResult> {
  const input = stepInput({ with: options as StepInput['with'], runId: `test-20260101-000000-${count++}`, ...over });
  return await environment.run(activity, input);
}

/** The failure that ends an activity; anything else is a fault of the test. */
export async function failureOf(work: Promise<unknown>, where = 'it'): Promise<ApplicationFailure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(
    error instanceof ApplicationFailure,
    error === undefined ? `${where} succeeded` : String(error instanceof Error ? error.stack : error),
  );
  return error;
}
