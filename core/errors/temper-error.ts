import { type ErrorCode, errors } from './catalogue.ts';

export interface Cleared {
  by: string;
  on: string;
}

/** An expected failure: a code of the catalogue, and a message with the facts. Its remedy is the catalogue's unless a better one is known. */
export class TemperError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  /** Digest of the artifact that cannot be read: the run looks by it for the step that made it. */
  readonly artifact: string | undefined;
  /** Who deleted the bytes of that artifact on purpose, and on which day. */
  readonly cleared: Cleared | undefined;
  constructor(
    code: ErrorCode,
    message: string,
    options: { remedy?: string; cause?: unknown; artifact?: string | undefined; cleared?: Cleared } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TemperError';
    this.code = code;
    this.remedy = options.remedy ?? errors[code].remedy;
    this.artifact = options.artifact;
    this.cleared = options.cleared;
  }
}
