import type { NoFacts } from './coded-reason.ts';

/** Why an address cannot be a webhook. No reason holds any part of the address, which is mostly a secret. */
export interface WebhookFacts {
  'webhook-not-an-address': NoFacts;
  'webhook-with-password': NoFacts;
  'webhook-plain-http': NoFacts;
  'webhook-not-https': NoFacts;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Finds why an address cannot be a webhook. Whoever listens on the way can read plain http: what failed, and the address,
 * which is all that the receiver asks for. Plain http is accepted for this machine alone.
 */
export function webhookProblem(address: string): keyof WebhookFacts | undefined {
  if (!URL.canParse(address)) return 'webhook-not-an-address';
  const { protocol, hostname, username, password } = new URL(address);
  if (username || password) return 'webhook-with-password';
  if (protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname))) return undefined;
  return protocol === 'http:' ? 'webhook-plain-http' : 'webhook-not-https';
}
