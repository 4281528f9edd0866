import { type Reading, withoutQuotes } from './reading.ts';

export const schemeOf = (text: string): string | undefined =>
  /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();

/** A value without quotes and spaces around it and with plain signs in place of the full-width ones of Chinese keyboards. */
export const cleaned = (text: string): string =>
  withoutQuotes(text.replace(/[“”]/g, '"').replace(/[‘’]/g, "'").normalize('NFKC'));

const web = ['http', 'https'] as const;

/** The address of a web service, without a slash at its end. */
export function readUrl(text: string): Reading<string> {
  const url = webUrl(text);
  if (url !== undefined) return { value: url };
  const scheme = schemeOf(text);
  if (scheme !== undefined && !web.includes(scheme as 'http'))
    return { problem: { code: 'unknown-scheme', facts: { scheme, schemes: web } } };
  const clean = cleaned(text);
  const meant = schemeOf(clean) === undefined ? `https://${clean.replace(/^(?:https?)?:?\/*/i, '')}` : clean;
  return {
    problem: { code: 'not-url', facts: { schemes: web, ...(webUrl(meant) === undefined ? {} : { write: meant }) } },
  };
}

function webUrl(text: string): string | undefined {
  if (!web.includes(schemeOf(text) as 'http') || /[\s"'“”：／]/.test(text)) return undefined;
  try {
    return new URL(text).hostname === '' ? undefined : text.replace(/\/+$/, '');
  } catch {
    return undefined;
  }
}

/** `HOST:PORT` of a gRPC server; the port may be missing. */
export function readAddress(text: string): Reading<string> {
  const value = text.trim();
  if (isAddress(value)) return { value };
  const meant = cleaned(value)
    .replace(/^[a-z+.-]+:\/\//i, '')
    .replace(/\/.*$/, '');
  return { problem: { code: 'not-address', facts: isAddress(meant) ? { write: meant } : {} } };
}

const isAddress = (text: string): boolean => {
  const [, port = '7233'] = /^(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?$/iu.exec(text) ?? [undefined, 'none'];
  return Number(port) > 0 && Number(port) <= 65_535;
};
