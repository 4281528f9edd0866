import { keySecret } from '../../kinds/options/chat-model.ts';
import { chatModelsIn } from '../../kinds/options/option-marks.ts';
import type { Finding } from '../finding.ts';
import { type Known, placeOf } from '../known.ts';

/** Finds servers whose key is a secret that nobody has set. */
export function findKeylessServers({ steps, secrets }: Known): Finding[] {
  if (secrets === undefined) return [];
  return steps.flatMap((step) =>
    chatModelsIn(step.uses, step.with).flatMap(({ path, value }): Finding[] => {
      const secret = keySecret(value);
      if (secret === undefined || secrets.has(secret)) return [];
      const place = placeOf(step, [...path, 'api_key']);
      return [{ code: 'SECRET_MISSING', reason: 'no-such-secret', facts: { secret }, place, level: 'warning' }];
    }),
  );
}
