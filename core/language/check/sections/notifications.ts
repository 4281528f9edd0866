import { isRecord } from '../../../json.ts';
import type { Diagnostic, Path } from '../../diagnostic.ts';
import { hasExpression } from '../../expression/parse.ts';
import { namedSecret } from '../../named-secret.ts';
import { type WebhookFacts, webhookProblem } from '../../webhook.ts';
import type { Source } from '../../yaml/source.ts';
import { diagnosticAt } from '../diagnostic-at.ts';

/** Checks what the shape of `on_failure` and `on_waiting` cannot say: that each has one receiver, which can work. */
export function checkNotifications(source: Source): Diagnostic[] {
  const document = isRecord(source.value) ? source.value : {};
  return (['on_failure', 'on_waiting'] as const).flatMap((key) => {
    const receiver = document[key];
    return isRecord(receiver) ? checkReceiver(source, key, receiver) : [];
  });
}

type Reason =
  | keyof WebhookFacts
  | 'two-notifications'
  | 'no-notification'
  | 'expression-in-program'
  | 'no-program'
  | 'webhook-with-expression';

function checkReceiver(
  source: Source,
  key: string,
  { run, webhook, ...unknown }: Record<string, unknown>,
): Diagnostic[] {
  const report = (path: Path, reason: Reason, part: 'key' | 'value' = 'value'): Diagnostic[] => [
    diagnosticAt(source, [key, ...path], part, { code: 'BAD_VALUE', reason, facts: {} }),
  ];
  if (run !== undefined && webhook !== undefined) return report([], 'two-notifications', 'key');
  // An unknown key, which is reported already, may have been meant to be one of them.
  if (run === undefined && webhook === undefined)
    return Object.keys(unknown).length > 0 ? [] : report([], 'no-notification', 'key');
  if (Array.isArray(run)) {
    return run.flatMap((word, index) => {
      if (typeof word !== 'string') return [];
      if (hasExpression(word)) return report(['run', index], 'expression-in-program');
      return index === 0 && word.trim() === '' ? report(['run', 0], 'no-program') : [];
    });
  }
  if (typeof webhook !== 'string' || namedSecret(webhook) !== undefined) return [];
  if (hasExpression(webhook)) return report(['webhook'], 'webhook-with-expression');
  const reason = webhookProblem(webhook);
  return reason === undefined ? [] : report(['webhook'], reason);
}
