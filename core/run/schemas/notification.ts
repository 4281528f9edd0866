import { z } from 'zod';
import { waitSchema } from '../../reasons.ts';

const text = z.string();
/** Times are ISO 8601. */
const time = z.string();

const facts = {
  /** For people; chats that take webhooks show this field. */
  text,
  run: text,
  pipeline: text,
  schedule: text.exactOptional(),
  started_at: time,
};

/** Sent by `on_failure`. */
const failureNotificationSchema = z.object({
  ...facts,
  status: z.literal('failed'),
  ended_at: time,
  failed_steps: z.array(text).readonly(),
  /** Steps that could not start because one of those failed. */
  blocked_steps: z.array(text).readonly(),
  /** The first ones; `step` is absent if the run could not start. */
  failures: z.array(z.object({ step: text.exactOptional(), code: text, message: text, remedy: text })).readonly(),
});
export type FailureNotification = z.infer<typeof failureNotificationSchema>;

/** Sent by `on_waiting`. */
const waitingNotificationSchema = z.object({
  ...facts,
  status: z.literal('waiting'),
  waiting_since: time,
  waiting_steps: z.array(text).readonly(),
  /** The first ones: the question or the failure, the verdicts before it, the commands to type, and the deadline. */
  waits: z
    .array(
      z.object({
        /** Absent where the run as a whole waits. */
        step: text.exactOptional(),
        about: text,
        /** The cause as data, where it is no question to a person. */
        reason: waitSchema.exactOptional(),
        /** What to do about it. */
        remedy: text.exactOptional(),
        verdicts: z.array(text).readonly().exactOptional(),
        type: z.array(text).readonly(),
        until: time.exactOptional(),
        silence: z.enum(['reject', 'approve']).exactOptional(),
      }),
    )
    .readonly(),
});
export type WaitingNotification = z.infer<typeof waitingNotificationSchema>;

/** A program gets it on stdin, a webhook as the body. Its keys are documented in docs/schedules.md. */
export const notificationSchema = z.discriminatedUnion('status', [
  failureNotificationSchema,
  waitingNotificationSchema,
]);
export type Notification = z.infer<typeof notificationSchema>;
