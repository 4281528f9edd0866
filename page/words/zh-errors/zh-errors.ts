import { type ErrorCode, errors, isErrorCode } from '../../../core/errors/catalogue.ts';
import { documentErrors } from './documents.ts';
import { type ErrorWords, inputErrors } from './inputs.ts';
import { runningErrors } from './running.ts';

/** Every error of the catalogue: a new one does not compile without its Chinese words. */
const inChinese: Readonly<Record<ErrorCode, ErrorWords>> = { ...inputErrors, ...documentErrors, ...runningErrors };

/** What is to say of a failure in Chinese. A remedy that is not the catalogue's knows more, and stays as it is. */
export function failureInChinese({ code, remedy }: { code: string; remedy: string }): Partial<ErrorWords> {
  if (!isErrorCode(code)) return {};
  const words = inChinese[code];
  return errors[code].remedy === remedy ? words : { summary: words.summary };
}
