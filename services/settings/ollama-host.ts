import { isIPv4, isIPv6 } from 'node:net';
import type { ValueProblem } from '../../core/setting-problems.ts';
import { type Reading, withoutQuotes } from './reading.ts';

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };
const usualPort = '11434';

export interface OllamaAddress {
  /** Base URL that a client can ask, without a slash at its end. */
  url: string;
  /** A port that is none; Ollama takes the usual one in its place, and so does temper. */
  ignoredPort?: string;
}

/**
 * Reads `OLLAMA_HOST` as Ollama's own client does: a name, an address or a bare port, with or without scheme and path, in
 * quotes. An address to bind to, such as `0.0.0.0`, becomes one to connect to. Beyond Ollama, user and password are read.
 */
export function readOllamaHost(text: string): Reading<OllamaAddress> {
  const value = withoutQuotes(text);
  const [, given, rest] = /^(.*?):\/\/(.*)$/s.exec(value) ?? [];
  const isCloud = value === 'ollama.com';
  const scheme = isCloud ? 'https' : (given ?? 'http').toLowerCase();
  // Like Ollama, only a scheme in lower case changes the usual port.
  const port = (isCloud ? '443' : given === undefined ? undefined : defaultPorts[given]) ?? usualPort;
  const [authority = '', ...parts] = (rest ?? value).split('/');
  const path = parts.join('/').replace(/\/+$/, '');
  const at = authority.lastIndexOf('@');
  const login = authority.slice(0, at + 1);
  const place = splitPort(authority.slice(at + 1)) ?? { name: barePlace(authority.slice(at + 1)), port };
  const isPort = /^[+-]?\d+$/.test(place.port) && Number(place.port) >= 0 && Number(place.port) <= 65_535;
  if (at >= 0 && (given === undefined || place.name === '')) return { problem: problemOf(value) };
  const name = connectable(place.name);
  const url = `${scheme}://${login}${name.includes(':') ? `[${name}]` : name}:${isPort ? place.port : port}${slashed(escapedPath(path))}`;
  if (!isUsable(url, name, scheme)) return { problem: problemOf(value) };
  return { value: { url, ...(isPort ? {} : { ignoredPort: place.port }) } };
}

/** Host and port as Go's `SplitHostPort` takes them apart; undefined where it finds no port. */
function splitPort(text: string): { name: string; port: string } | undefined {
  const bracketed = /^\[([^\]]*)\]:([^[\]:]*)$/.exec(text);
  const plain = /^([^[\]:]*):([^[\]:]*)$/.exec(text);
  const [, name, port] = bracketed ?? plain ?? [];
  return name === undefined || port === undefined || /\[/.test(name) ? undefined : { name, port };
}

/** A host without a port: an address of IPv6 needs no brackets here. */
function barePlace(text: string): string {
  const bare = text.replace(/^[[\]]+|[[\]]+$/g, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  return mapped ?? (isIPv4(bare) || isIPv6(bare) ? bare : text === '' ? '127.0.0.1' : text);
}

const unspecified: Readonly<Record<string, string>> = { '[::]': '::1', '[::ffff:0:0]': '127.0.0.1' };

/** An address that servers bind to, as one that clients connect to. No name, as in `:11500`, is this machine. */
function connectable(name: string): string {
  if (name === '' || name === '0.0.0.0') return '127.0.0.1';
  if (!isIPv6(name) || name.includes('%')) return name;
  return unspecified[new URL(`http://[${name}]`).hostname] ?? name;
}

const slashed = (path: string) => (path === '' || path.startsWith('/') ? path : `/${path}`);

/** Go escapes more than JavaScript does. */
const escapedPath = (path: string): string =>
  encodeURIComponent(path)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const hostName = /^[\p{L}\p{N}._~-]+$/u;

function isUsable(url: string, name: string, scheme: string): boolean {
  if (!Object.hasOwn(defaultPorts, scheme) || !(isIPv6(name) || hostName.test(name))) return false;
  try {
    const { hostname } = new URL(url);
    // `010.0.0.1` and `127.1` are other addresses for some programs than for others.
    return hostname !== '' && (!isIPv4(hostname) || hostname === name || isIPv6(name));
  } catch {
    return false;
  }
}

/** An address of IPv6 needs brackets before a port. */
function problemOf(value: string): ValueProblem {
  const [, name, port] = /^([0-9a-f:]+:[0-9a-f:]*):(\d{5})$/i.exec(value) ?? [];
  const write = name !== undefined && isIPv6(name) ? `[${name}]:${port}` : undefined;
  return { code: 'not-ollama-host', facts: write === undefined ? {} : { write } };
}
