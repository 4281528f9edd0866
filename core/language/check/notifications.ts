import { isRecord } from '../../json.ts';
import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { hasExpression } from '../expression/parse.ts';
import { namedSecret, webhookProblem } from '../webhook.ts';
import type { Source } from '../yaml/source.ts';

/** What the shape of `on_failure` and `on_waiting` cannot say: that each tells somebody, in one way, which can work. */
export function checkTells(source: Source): Diagnostic[] {
  const document = isRecord(source.value) ? source.value : {};
  return (['on_failure', 'on_waiting'] as const).flatMap((key) => {
    const told = document[key];
    return isRecord(told) ? checkTell(source, key, told) : [];
  });
}

function checkTell(source: Source, key: string, { run, webhook, ...unknown }: Record<string, unknown>): Diagnostic[] {
  const say = (path: (string | number)[], message: string, which: 'key' | 'value' = 'value'): Diagnostic[] => {
    const whole = [key, ...path];
    return [{ code: 'BAD_VALUE', message: `${nameOf(whole)} ${message}`, ...source.locate(whole, which) }];
  };
  if (run !== undefined && webhook !== undefined) return say([], 'tells by `run` or by `webhook`, not by both', 'key');
  // Under an unknown key there may stand what was meant; that is told already.
  if (run === undefined && webhook === undefined)
    return Object.keys(unknown).length > 0 ? [] : say([], 'needs `run` or `webhook`', 'key');
  if (Array.isArray(run)) {
    return run.flatMap((word, index) => {
      if (typeof word !== 'string') return [];
      if (hasExpression(word))
        return say(['run', index], 'is a plain value; the program learns from stdin what there is');
      return index === 0 && word.trim() === '' ? say(['run', 0], 'names no program') : [];
    });
  }
  if (typeof webhook !== 'string' || namedSecret(webhook) !== undefined) return [];
  if (hasExpression(webhook)) return say(['webhook'], 'is one secret, `${{ secrets.NAME }}`, or a plain address');
  const wrong = webhookProblem(webhook);
  return wrong === undefined ? [] : say(['webhook'], wrong);
}
