import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { hasExpression } from '../expression.ts';
import { isRecord } from '../json.ts';
import { namedSecret, webhookProblem } from '../on-failure.ts';
import type { Source } from '../yaml-source.ts';

/** What the shape of `on_failure` cannot say: that it tells somebody, in one way, which can work. */
export function checkOnFailure(source: Source): Diagnostic[] {
  const told = isRecord(source.value) ? source.value.on_failure : undefined;
  if (!isRecord(told)) return [];
  const say = (path: (string | number)[], message: string, which: 'key' | 'value' = 'value'): Diagnostic[] => [
    { code: 'BAD_VALUE', message: `${nameOf(path)} ${message}`, ...source.locate(path, which) },
  ];
  const { run, webhook } = told;
  if (run !== undefined && webhook !== undefined)
    return say(['on_failure'], 'tells by `run` or by `webhook`, not by both', 'key');
  // Under an unknown key there may stand what was meant; that is told already.
  if (run === undefined && webhook === undefined)
    return Object.keys(told).length > 0 ? [] : say(['on_failure'], 'needs `run` or `webhook`', 'key');
  if (Array.isArray(run))
    return run.flatMap((word, index) => (typeof word === 'string' ? programWord(word, index) : []));
  if (typeof webhook !== 'string' || namedSecret(webhook) !== undefined) return [];
  const path = ['on_failure', 'webhook'];
  if (hasExpression(webhook)) return say(path, 'is one secret, `${{ secrets.NAME }}`, or a plain address');
  const wrong = webhookProblem(webhook);
  return wrong === undefined ? [] : say(path, wrong);

  function programWord(word: string, index: number): Diagnostic[] {
    if (hasExpression(word))
      return say(['on_failure', 'run', index], 'is a plain value; the program learns from stdin what has failed');
    return index === 0 && word.trim() === '' ? say(['on_failure', 'run', 0], 'names no program') : [];
  }
}
