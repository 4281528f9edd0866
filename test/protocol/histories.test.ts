import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { activitySchemas, notifyWorkflowInputSchema } from '../../protocol/activities.ts';
import { personAnswerSchema, signalSchemas } from '../../protocol/message-schemas.ts';
import { runPipelineType, words } from '../../protocol/messages.ts';
import { runInputSchema } from '../../protocol/run-input.ts';

const folder = new URL('../histories/unreleased/', import.meta.url);

interface Payloads {
  payloads?: readonly { data?: string }[];
}
type Event = Readonly<Record<string, unknown>> & { eventId: string };
const attributes = <T>(event: Event, name: string) => event[`${name}EventAttributes`] as T | undefined;
const values = ({ payloads }: Payloads = {}) =>
  (payloads ?? []).map(({ data }) => (data ? JSON.parse(Buffer.from(data, 'base64').toString()) : undefined));

interface Crossing {
  what: string;
  schema: z.ZodType;
  value: unknown;
}

/** Everything in a history that one of our schemas describes. */
function crossings(events: readonly Event[]): Crossing[] {
  const scheduled = new Map<string, string>();
  return events.flatMap((event): Crossing[] => {
    const started = attributes<{ input: Payloads }>(event, 'workflowExecutionStarted');
    if (started) return [{ what: 'run input', schema: runInputSchema, value: values(started.input)[0] }];
    const asked = attributes<{ activityType: { name: string }; input: Payloads }>(event, 'activityTaskScheduled');
    if (asked) {
      const { name } = asked.activityType;
      scheduled.set(event.eventId, name);
      return [{ what: `input of ${name}`, schema: schemasOf(name).input, value: values(asked.input)[0] }];
    }
    const done = attributes<{ scheduledEventId: string; result?: Payloads }>(event, 'activityTaskCompleted');
    if (done) {
      const name = scheduled.get(done.scheduledEventId)!;
      return [{ what: `result of ${name}`, schema: schemasOf(name).result, value: values(done.result)[0] }];
    }
    const child = attributes<{ workflowType: { name: string }; input: Payloads }>(
      event,
      'startChildWorkflowExecutionInitiated',
    );
    if (child) {
      const { name } = child.workflowType;
      const schema = name === runPipelineType ? runInputSchema : notifyWorkflowInputSchema;
      return [{ what: `input of a child, ${name}`, schema, value: values(child.input)[0] }];
    }
    const signal = attributes<{ signalName: string; input?: Payloads }>(event, 'workflowExecutionSignaled');
    if (signal) {
      const schema = signalSchemas[signal.signalName as keyof typeof signalSchemas];
      return [{ what: `signal ${signal.signalName}`, schema, value: values(signal.input) }];
    }
    const update = attributes<{ acceptedRequest: { input: { name: string; args?: Payloads } } }>(
      event,
      'workflowExecutionUpdateAccepted',
    );
    if (!update) return [];
    const { name, args } = update.acceptedRequest.input;
    assert.ok((words as readonly string[]).includes(name));
    return [{ what: `update ${name}`, schema: personAnswerSchema.optional(), value: values(args)[0] }];
  });
}

function schemasOf(name: string) {
  assert.ok(name in activitySchemas, `an activity ${name} has no schema`);
  return activitySchemas[name as keyof typeof activitySchemas];
}

const seen = new Set<string>();
for (const file of readdirSync(folder)) {
  test(`what a recorded run sent fits the protocol: ${file.replace('.json', '')}`, () => {
    const { events } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { events: Event[] };
    for (const { what, schema, value } of crossings(events)) {
      const parsed = schema.safeParse(value);
      assert.ok(parsed.success, parsed.success ? '' : `${what}:\n${z.prettifyError(parsed.error)}`);
      // A field that a schema lacks would be taken away from the activity.
      assert.deepEqual(parsed.data, value, what);
      seen.add(what);
    }
  });
}

test('the recorded runs hold every kind of message', () => {
  const expected = [
    'run input',
    ...['pin', 'reuse', 'run', 'train', 'publishCheckpoint', 'prune', 'record'].map((name) => `input of ${name}`),
    ...['runPipeline', 'notify'].map((name) => `input of a child, ${name}`),
    ...Object.keys(signalSchemas).map((name) => `signal ${name}`),
    ...words.map((word) => `update ${word}`),
  ];
  assert.deepEqual(
    expected.filter((what) => !seen.has(what)),
    [],
  );
});
