import type { Trial } from './route.ts';

/** What a try showed, as a person reads it. */
export function trialWords({ failure, proofs }: Trial): string {
  if (failure) return failure.message;
  const refuted = proofs.filter(({ ok }) => !ok);
  if (refuted.length > 0) return refuted.map(({ name, detail }) => `${name}: ${detail}`).join('\n');
  return proofs.length === 0 ? 'converted' : proofs.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
}

/** Without the colon that leads to the lines after it. */
export const firstLine = (text: string): string => text.split('\n', 1)[0]!.replace(/:$/, '');
