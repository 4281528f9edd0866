import { createHash, timingSafeEqual } from 'node:crypto';

/** What of a request decides whether it is answered. */
export interface Asking {
  method: string;
  /** The part of the path before the second slash. */
  token: string;
  host: string | undefined;
  origin: string | undefined;
  site: string | undefined;
}

/**
 * Says why a request is not answered; undefined if it is. The token keeps out other users and programs of this machine. The
 * host keeps out a page elsewhere whose name was made to mean this machine (DNS rebinding). The origin keeps out a page
 * elsewhere that sends a form.
 */
export function refusalOf(asking: Asking, own: { token: string; port: number }): string | undefined {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${own.port}`);
  const { host, origin, site, method } = asking;
  if (host === undefined || !hosts.includes(host)) return 'this address is not that of the page';
  if (origin !== undefined && origin !== `http://${host}`) return 'another page has sent this';
  if (method !== 'GET' && (origin === undefined || (site !== undefined && site !== 'same-origin')))
    return 'another page has sent this';
  if (!isEqual(asking.token, own.token)) return 'the link of `npx temper open` is needed';
  return undefined;
}

/** Compares in the same time wherever the two differ. */
function isEqual(given: string, own: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(own));
}

/** Scripts come from the server alone, nothing from elsewhere, and no other page may show this one. */
export const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
