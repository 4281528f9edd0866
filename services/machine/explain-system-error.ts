import { codeOfSystemError } from '../../core/errors/foreign-errors.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { explainFileError } from './files/explain-file-error.ts';

/** An error of the system, the network or a library that a code of the catalogue names; undefined for any other. */
export function explainSystemError(error: unknown): TemperError | undefined {
  const aboutFile = explainFileError(error);
  if (aboutFile) return aboutFile;
  const code = codeOfSystemError(error);
  return code && new TemperError(code, messageOf(error as Error), { cause: error });
}

/** `fetch` says only that it failed; its cause says why. */
function messageOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
