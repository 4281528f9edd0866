import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { errors, patience } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { namedSecret } from '../../core/language/named-secret.ts';
import { webhookProblem } from '../../core/language/webhook.ts';
import { type Notification, stepsNamedIn } from '../../core/run/notification.ts';
import { webhookMessage } from '../../core/words/diagnostics/values.ts';
import type { NotifyInput } from '../../protocol/activities.ts';
import { maskOf } from '../../services/machine/mask.ts';
import { readSecret } from '../../services/machine/secrets.ts';
import { momentOf, type NotificationRecord, writeNotificationRecord } from '../../services/runs/notification-record.ts';
import { commandEnvironment } from '../../services/settings/child-environment.ts';
import { postJson, SocksProxy } from '../../services/setup/fetch/reach.ts';
import { type Deps, runFolder } from '../engine/deps.ts';
import { keepBeating } from '../engine/heartbeat.ts';
import { applicationFailure, asTemperError } from '../engine/step-failure.ts';
import { runProcess } from '../process/run-process.ts';

type Sender = Pick<Deps, 'runs' | 'secrets' | 'python'>;

/** Milliseconds for one try. */
const maxProgramMs = 5 * 60_000;
const maxAnswerMs = 30_000;

/** Sends one notification. Each try is recorded in the run's folder, where `show` reads it; the run itself never changes. */
export const notify =
  (deps: Deps) =>
  async ({ channel, notification, document }: NotifyInput): Promise<void> => {
    const { info, cancellationSignal: signal } = Context.current();
    const heart = keepBeating();
    const by = channel.webhook === undefined ? channel.run![0]! : webhookName(channel.webhook);
    const note = async (outcome: NotificationRecord['outcome'], why?: string) => {
      const at = new Date().toISOString();
      const record: NotificationRecord = { of: momentOf(notification), by, outcome, attempts: info.attempt, at };
      // A full disk is no reason to send it again.
      await writeNotificationRecord(runFolder(deps, notification.run), notification.status, {
        ...record,
        ...(why ? { why } : {}),
      }).catch(() => {});
    };
    try {
      await send(deps, { channel, notification, document }, signal);
      await note('sent');
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = asTemperError(error);
      const spent = Date.now() - info.scheduledTimestampMs >= (patience[failure.code] ?? patience.NOTIFICATION_FAILED!);
      await note(spent || errors[failure.code].retry === 'no' ? 'failed' : 'trying', failure.message);
      throw applicationFailure(failure, spent);
    } finally {
      heart.end();
    }
  };

/** Tries once. Throws NOTIFICATION_FAILED or NOTIFICATION_REFUSED. */
export async function send(deps: Sender, input: NotifyInput, signal: AbortSignal): Promise<void> {
  const { channel, notification, document } = input;
  if (channel.webhook === undefined) await runProgram(deps, channel.run!, { notification, document, signal });
  else await post(deps, channel.webhook, { by: webhookName(channel.webhook), notification, signal });
}

/** Names a webhook by its host: the path of its address often is its password. */
const webhookName = (webhook: string) => {
  const secret = namedSecret(webhook);
  return secret ? `the webhook in the secret ${secret}` : `the webhook at ${new URL(webhook).host}`;
};

async function post(
  deps: Sender,
  webhook: string,
  { by, notification, signal }: { by: string; notification: Notification; signal: AbortSignal },
): Promise<void> {
  const secret = namedSecret(webhook);
  const address = secret ? (await readSecret(deps.secrets, secret)).trim() : webhook;
  const wrong = webhookProblem(address);
  if (wrong) throw new TemperError('NOTIFICATION_REFUSED', `${by} ${webhookMessage(wrong)}`);
  // A redirect could send the notification, and often the token, to a host that nobody has named. Of the answer only the
  // status is read: some servers repeat the address in the body.
  const limit = AbortSignal.any([signal, AbortSignal.timeout(maxAnswerMs)]);
  const status = await postJson(address, JSON.stringify(notification), limit).catch((error: Error) => {
    throw new TemperError('NOTIFICATION_FAILED', `${by} could not be reached: ${reasonOf(error)}`);
  });
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400)
    throw new TemperError(
      'NOTIFICATION_REFUSED',
      `${by} answered ${status}, a redirect, and redirects are not followed`,
    );
  const mayPass = status >= 500 || status === 408 || status === 429;
  throw new TemperError(mayPass ? 'NOTIFICATION_FAILED' : 'NOTIFICATION_REFUSED', `${by} answered ${status}`);
}

/** Returns the system's code alone: the texts of errors hold addresses. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${maxAnswerMs / 1000} s`;
  if (error instanceof SocksProxy) return error.message;
  return (error as NodeJS.ErrnoException).code ?? error.name;
}

async function runProgram(
  deps: Sender,
  [program, ...args]: readonly string[],
  { notification, document, signal }: { notification: Notification; document: string; signal: AbortSignal },
): Promise<void> {
  const folder = runFolder(deps, notification.run);
  const own = dirname(document);
  const isThere = await stat(own).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  const end = await runProcess({
    command: program!,
    args,
    // Where the document came from another host, its folder is not here.
    cwd: isThere ? own : folder,
    env: {
      ...commandEnvironment(deps.python),
      TEMPER_RUN_ID: notification.run,
      TEMPER_PIPELINE: notification.pipeline,
      TEMPER_STATUS: notification.status,
      TEMPER_STEPS: stepsNamedIn(notification).join(' '),
    },
    input: `${JSON.stringify(notification)}\n`,
    signal,
    graceMs: 10_000,
    timeoutMs: maxProgramMs,
    logFile: join(folder, `notification-${notification.status}.log`),
    mask: maskOf([]),
  });
  if (end.spawnError)
    throw new TemperError('NOTIFICATION_REFUSED', `${program} could not be started: ${end.spawnError}`);
  const output = end.lastLines ? `; its last lines:\n${end.lastLines}` : '';
  if (end.timedOut) throw new TemperError('NOTIFICATION_FAILED', `${program} ran longer than 5 minutes${output}`);
  if (end.exitCode !== 0)
    throw new TemperError(
      'NOTIFICATION_FAILED',
      `${program} ${end.killedBy ? `was killed by ${end.killedBy}` : `exited with code ${end.exitCode}`}${output}`,
    );
}
