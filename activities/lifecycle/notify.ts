import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { errors, patience } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { namedSecret, webhookProblem } from '../../core/language/webhook.ts';
import { type Notice, stepsOf } from '../../core/run/notification.ts';
import { webhookMessage } from '../../core/words/diagnostics/values.ts';
import type { TellInput } from '../../protocol/activities.ts';
import { maskOf } from '../../services/machine/mask.ts';
import { readSecret } from '../../services/machine/secrets.ts';
import { momentOf, type Told, writeTold } from '../../services/runs/notification-record.ts';
import { type Deps, runFolder } from '../engine/deps.ts';
import { keepBeating } from '../engine/heartbeat.ts';
import { applicationFailure, asTemperError } from '../engine/step-failure.ts';
import { commandEnvironment, runProcess } from '../process/run-process.ts';

/** Milliseconds for one try. */
const longestProgram = 5 * 60_000;
const longestAnswer = 30_000;

/** Tells somebody of a run. Each try is noted in the run's folder, whence `show` has it; the run itself is never changed. */
export const tell =
  (deps: Deps) =>
  async ({ how, notice, document }: TellInput): Promise<void> => {
    const { info, cancellationSignal: signal } = Context.current();
    const heart = keepBeating();
    const by = how.webhook === undefined ? how.run![0]! : webhookName(how.webhook);
    const note = async (outcome: Told['outcome'], why?: string) => {
      const at = new Date().toISOString();
      const told: Told = { of: momentOf(notice), by, outcome, attempts: info.attempt, at };
      // A full disk is no reason to tell it again.
      await writeTold(runFolder(deps, notice.run), notice.status, { ...told, ...(why ? { why } : {}) }).catch(() => {});
    };
    try {
      if (how.webhook === undefined) await runProgram(deps, how.run!, { notice, document, signal });
      else await post(deps, how.webhook, { by, notice, signal });
      await note('told');
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

/** An address in the document is told by its host: mostly its path is what lets messages in. */
const webhookName = (webhook: string) => {
  const secret = namedSecret(webhook);
  return secret ? `the webhook in the secret ${secret}` : `the webhook at ${new URL(webhook).host}`;
};

async function post(
  deps: Deps,
  webhook: string,
  { by, notice, signal }: { by: string; notice: Notice; signal: AbortSignal },
): Promise<void> {
  const secret = namedSecret(webhook);
  const address = secret ? (await readSecret(deps.secrets, secret)).trim() : webhook;
  const wrong = webhookProblem(address);
  if (wrong) throw new TemperError('NOTIFICATION_REFUSED', `${by} ${webhookMessage(wrong)}`);
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(notice),
    // Elsewhere the notice, and in most cases the token, would come to hosts that nobody has named.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(longestAnswer)]),
  }).catch((error: Error) => {
    throw new TemperError('NOTIFICATION_FAILED', `${by} could not be reached: ${reasonOf(error)}`);
  });
  // What it says beside its status is not told: some servers say the address back.
  await response.body?.cancel().catch(() => {});
  if (response.ok) return;
  if (response.status >= 300 && response.status < 400)
    throw new TemperError(
      'NOTIFICATION_REFUSED',
      `${by} answered ${response.status}, a redirect, and redirects are not followed`,
    );
  const mayPass = response.status >= 500 || response.status === 408 || response.status === 429;
  throw new TemperError(mayPass ? 'NOTIFICATION_FAILED' : 'NOTIFICATION_REFUSED', `${by} answered ${response.status}`);
}

/** The system's word for it alone: the texts of errors hold addresses. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${longestAnswer / 1000} s`;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code ?? error.name;
}

async function runProgram(
  deps: Deps,
  [program, ...args]: readonly string[],
  { notice, document, signal }: { notice: Notice; document: string; signal: AbortSignal },
): Promise<void> {
  const folder = runFolder(deps, notice.run);
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
      TEMPER_RUN_ID: notice.run,
      TEMPER_PIPELINE: notice.pipeline,
      TEMPER_STATUS: notice.status,
      TEMPER_STEPS: stepsOf(notice).join(' '),
    },
    input: `${JSON.stringify(notice)}\n`,
    signal,
    graceMs: 10_000,
    timeoutMs: longestProgram,
    logFile: join(folder, `told-${notice.status}.log`),
    mask: maskOf([]),
  });
  if (end.spawnError)
    throw new TemperError('NOTIFICATION_REFUSED', `${program} could not be started: ${end.spawnError}`);
  const told = end.lastLines ? `; its last lines:\n${end.lastLines}` : '';
  if (end.timedOut) throw new TemperError('NOTIFICATION_FAILED', `${program} ran longer than 5 minutes${told}`);
  if (end.exitCode !== 0)
    throw new TemperError(
      'NOTIFICATION_FAILED',
      `${program} ${end.killedBy ? `was killed by ${end.killedBy}` : `ended with exit code ${end.exitCode}`}${told}`,
    );
}
