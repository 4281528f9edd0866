/** The secret that a text names by `${{ secrets.NAME }}` and nothing beside it. */
export const namedSecret = (text: string): string | undefined =>
  /^\$\{\{\s*secrets\.([A-Z][A-Z0-9_]*)\s*\}\}$/.exec(text.trim())?.[1];

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Why an address cannot be used as a webhook, in words that follow "it"; they tell nothing of the address. Whoever listens on
 * the way would read from plain http what failed, and the address with it, by which messages are let in.
 */
export function webhookProblem(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is no address such as `https://example.com/hook`';
  const { protocol, hostname, username, password } = new URL(address);
  if (username || password) return 'holds a user or a password, which would end up in logs; use a token in its path';
  if (protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname))) return undefined;
  return protocol === 'http:'
    ? 'is plain http, which others on the way can read; only this machine itself may be told so'
    : 'must begin with https://';
}
