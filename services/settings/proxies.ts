import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { type Environment, type Reading, withoutQuotes } from './reading.ts';
import { cleaned, schemeOf } from './urls.ts';

const schemes = ['http', 'https', 'socks5', 'socks5h'] as const;

/** A proxy's URL. As for curl and Go, one without a scheme speaks HTTP. */
export function readProxy(text: string): Reading<string> {
  const url = proxyUrl(text.trim());
  if (url !== undefined) return { value: url };
  const scheme = schemeOf(text.trim());
  const meant = cleaned(text).replace(/^socks:\/\//i, 'socks5://');
  const write = meant !== text && proxyUrl(meant) !== undefined ? { write: meant } : {};
  return scheme !== undefined && !schemes.includes(scheme as 'http')
    ? { problem: { code: 'unknown-scheme', facts: { scheme, schemes, ...write } } }
    : { problem: { code: 'not-url', facts: { schemes, ...write } } };
}

function proxyUrl(text: string): string | undefined {
  const scheme = schemeOf(text);
  if (scheme === undefined ? /^(?:https?|socks\w*):/i.test(text) : !schemes.includes(scheme as 'http'))
    return undefined;
  try {
    const { hostname, pathname, href } = new URL(scheme === undefined ? `http://${text}` : text);
    const isHost = /^[\p{L}\p{N}._~-]+$|^\[.*\]$/u.test(hostname);
    return isHost && (pathname === '' || pathname === '/') && !/[："”“]/.test(text)
      ? href.replace(/\/$/, '')
      : undefined;
  } catch {
    return undefined;
  }
}

export const isSocks = (proxy: string): boolean => /^socks/i.test(proxy);

/** The value of a proxy variable in either case of its name; the lower one wins, as in curl and Python. */
export const eitherCase = (name: string, env: Environment): string | undefined =>
  env[name.toLowerCase()] || env[name.toUpperCase()] || undefined;

/** The proxy that a URL is asked through, if any. Loopback is never asked through one. */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const named =
    eitherCase(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', env) ?? eitherCase('ALL_PROXY', env);
  if (named === undefined || isExempt(url, env)) return undefined;
  const reading = readProxy(named);
  return 'value' in reading ? reading.value : undefined;
}

/** Whether a URL is asked without a proxy: on this machine, or named by `NO_PROXY` in one of the forms that Go reads. */
export function isExempt(url: URL, env: Environment): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return isLoopback(host) || readExemptions(env).some((each) => matches(each, host, port));
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/** One entry of `NO_PROXY`. */
export type Exemption =
  | { kind: 'all' }
  | { kind: 'network'; network: string; bits: number }
  | { kind: 'address'; address: string; port: string }
  /** `onlyBelow`: the domain itself is not exempt. */
  | { kind: 'domain'; domain: string; onlyBelow: boolean; port: string };

/** Entries are separated by commas or spaces. One that means nothing is left out, as everywhere else. */
export function readExemptions(env: Environment): Exemption[] {
  return withoutQuotes(eitherCase('NO_PROXY', env) ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .flatMap((entry) => readExemption(entry) ?? []);
}

function readExemption(entry: string): Exemption | undefined {
  if (entry === '*') return { kind: 'all' };
  const [, network, bits] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== undefined && isIP(network) !== 0)
    return Number(bits) <= (isIPv4(network) ? 32 : 128) ? { kind: 'network', network, bits: Number(bits) } : undefined;
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d*))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain ?? entry;
  if (isIP(name) !== 0) return { kind: 'address', address: plainAddress(name), port };
  const domain = name.replace(/^\*?\./, '');
  return domain === '' ? undefined : { kind: 'domain', domain, onlyBelow: domain !== name, port };
}

function matches(exemption: Exemption, host: string, port: string): boolean {
  if (exemption.kind === 'all') return true;
  if (exemption.kind === 'network') return isWithin(exemption, host);
  if (exemption.port !== '' && exemption.port !== port) return false;
  if (exemption.kind === 'address') return exemption.address === host;
  return host.endsWith(`.${exemption.domain}`) || (!exemption.onlyBelow && host === exemption.domain);
}

function isWithin({ network, bits }: { network: string; bits: number }, host: string): boolean {
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  if (family === 'ipv4' ? !isIPv4(host) : !isIPv6(host)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}

/** An address as URLs write it. */
const plainAddress = (text: string): string =>
  isIPv6(text) && !text.includes('%') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
