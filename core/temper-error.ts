import { type ErrorCode, errors } from './errors.ts';

/** An expected failure: a code of the catalogue, and a message with the facts. Its remedy is the catalogue's unless a better one is known. */
export class TemperError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  constructor(code: ErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TemperError';
    this.code = code;
    this.remedy = options.remedy ?? errors[code].remedy;
  }
}
