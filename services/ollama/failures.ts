import { TemperError } from '../../core/errors/temper-error.ts';
import { withoutCredentials } from '../machine/mask.ts';

const unreachableCodes =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE)$/;

/** Turns a failed request to Ollama into a TemperError. A cancellation stays a cancellation. */
export function ollamaFailure(
  error: unknown,
  where: { url: string; doing: string; signal?: AbortSignal | undefined },
): unknown {
  if (where.signal?.aborted) return where.signal.reason;
  if (error instanceof TemperError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const url = withoutCredentials(where.url);
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  const code = (error as { code?: string }).code ?? cause?.code ?? '';
  if (
    unreachableCodes.test(code) ||
    /socket hang up|^terminated$|aborted|Did not receive done or success/.test(message)
  ) {
    return new TemperError(
      'OLLAMA_UNREACHABLE',
      `Ollama at ${url} stopped answering while ${where.doing} (${message})`,
      { cause: error },
    );
  }
  const status = (error as { status_code?: number }).status_code;
  // A proxy answers 502 to 504 when its server is unreachable, and Ollama when its queue is full.
  if (status !== undefined && status >= 502 && status <= 504)
    return new TemperError(
      'OLLAMA_UNREACHABLE',
      `Ollama at ${url} was not ready (status ${status}) while ${where.doing}: ${message}`,
      {
        cause: error,
      },
    );
  const words = `Ollama at ${url} failed while ${where.doing}: ${message}`;
  if (status === 404 && /not found/.test(message))
    return new TemperError('MODEL_NOT_IN_OLLAMA', words, { cause: error });
  return new TemperError('OLLAMA_FAILED', words, { cause: error });
}

/**
 * Whether Ollama refused a prompt because it is longer than the context, with the tokens of both where it says them (0.33 does).
 * Only asked with `truncate: false`: without it Ollama cuts the prompt to half of the context in silence.
 */
export function promptTooLong(error: unknown): { tokens?: number; context?: number } | undefined {
  const isTold =
    error instanceof TemperError &&
    (error.cause as { status_code?: number } | undefined)?.status_code === 400 &&
    /exceed.*context/is.test(error.message);
  if (!isTold) return undefined;
  const [, tokens, context] = /\((\d+) tokens\) exceeds .*\((\d+) tokens\)/.exec(error.message) ?? [];
  return tokens === undefined ? {} : { tokens: Number(tokens), context: Number(context) };
}

/**
 * Whether Ollama could not read what the model wrote. Ollama 0.33 parses answers by the chat template; one that holds a stray
 * special token or half a tool call is an error without a text. Only the words tell: in a stream the error has no status.
 */
export const saysAnswerUnread = (error: unknown): boolean =>
  error instanceof TemperError && /model produced output that does not match/i.test(error.message);
