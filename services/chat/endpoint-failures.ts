import { z } from 'zod';
import { TemperError } from '../../core/errors/temper-error.ts';
import { SocksProxy } from '../setup/fetch/reach.ts';
import { parseJson } from './chat.ts';
import { readRetryAfter, TryLater } from './retry-later.ts';

/** As OpenAI writes it. Others leave parts out, or write a text in place of the object. */
const refusalSchema = z.object({
  error: z.union([
    z.string(),
    z.object({
      message: z.string().catch(''),
      param: z.string().nullish().catch(undefined),
      code: z.union([z.string(), z.number()]).nullish().catch(undefined),
    }),
  ]),
});

const maxWords = 400;

export interface Refusal {
  status: number;
  words: string;
  /** The part of the request that is to blame. */
  param?: string;
  code?: string;
  retryAfter?: string;
}

interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/** `mask` hides the key: some servers repeat it. */
export function readRefusal({ status, headers, text }: RawAnswer, mask: (text: string) => string): Refusal {
  // Without JSON it is a page of a proxy, most often.
  const error = refusalSchema.safeParse(parseJson(text)).data?.error;
  const told = typeof error === 'string' ? { message: error } : error;
  const words = told?.message || text.replace(/<[^>]*>/g, ' ');
  const after = headers['retry-after'];
  return {
    status,
    words: mask(words.replace(/\s+/g, ' ').trim()).slice(0, maxWords),
    ...(told && 'param' in told && told.param ? { param: told.param } : {}),
    ...(told && 'code' in told && told.code ? { code: String(told.code) } : {}),
    ...(typeof after === 'string' ? { retryAfter: after } : {}),
  };
}

const mayPass = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** An error for a refusal: a TemperError, or TryLater where another try may get over it. */
export function refusalFailure(refusal: Refusal, who: string): TemperError | TryLater {
  const { status, words, code, retryAfter } = refusal;
  const said = `${who} answered ${status}${words === '' ? '' : `: ${words}`}`;
  if (status === 401 || status === 403) return new TemperError('ENDPOINT_KEY_REFUSED', said);
  if (status >= 300 && status < 400)
    return new TemperError('ENDPOINT_REFUSED', `${who} answered ${status}, a redirect, and redirects are not followed`);
  // It looks like too many requests, and no pause brings money.
  if (status === 402 || code === 'insufficient_quota') return new TemperError('ENDPOINT_REFUSED', said);
  if (mayPass(status)) return new TryLater(said, { afterMs: readRetryAfter(retryAfter, Date.now()) });
  return new TemperError('ENDPOINT_REFUSED', said);
}

/** An error for a connection that failed. The texts of such errors hold addresses, so the system's code alone is told. */
export function connectionFailure(error: unknown, who: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SocksProxy) return new TemperError('ENDPOINT_UNREACHABLE', error.message, { cause: error });
  const { code, name } = error as NodeJS.ErrnoException;
  return new TryLater(`${who} stopped answering (${code ?? name})`, { cause: error });
}
