// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDoors } from '../../../activities/engine/door.ts';
import type { Activities, PinInput } from '../../../protocol/activities.ts';
import { failureOf } from '../../rig/carry-out.ts';
import { stepInput } from '../../rig/deps.ts';

const seen: unknown[] = [];
const note = async (input: unknown) => {
  seen.push(input);
};
const activities = withDoors({ prune: note, pin: note, run: note } as unknown as Activities);

test('an activity sees an input that fits as it was sent', async () => {
  seen.length = 0;
  const input = stepInput({ uses: 'run' });
  await activities.run(input);
  assert.deepEqual(seen, [input]);
});

test('an input that does not fit is refused with the field, and the activity never sees it', async () => {
  seen.length = 0;
  const failure = await failureOf(activities.prune({ run: 'r' } as never));
  assert.equal(failure.type, 'INPUT_MISMATCH');
  assert.match(failure.message, /^prune cannot read its input:/);
  assert.match(failure.message, /at runId/);
  assert.deepEqual(seen, []);
});

test('a plan of another version is refused by its version, not by the fields it lacks', async () => {
  const plan = { version: 1, pipeline: 'old' };
  const failure = await failureOf(activities.pin({ runId: 'r', plan } as unknown as PinInput));
  assert.equal(failure.type, 'PLAN_VERSION');
  assert.match(failure.message, /the stored plan of old has version 1, and this is 2/);
});
