import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { errors, isErrorCode, type StepFailure } from '../../core/errors/catalogue.ts';
import { ExpressionError } from '../../core/language/expression/parse.ts';

/** Describes the failure of an activity, or of an expression at run time, by a code of the catalogue. */
export function stepFailure(error: unknown): StepFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.type && isErrorCode(cause.type)) {
    const [detail] = (cause.details ?? []) as [{ remedy?: string }?];
    return { code: cause.type, message: cause.message, remedy: detail?.remedy ?? errors[cause.type].remedy };
  }
  if (cause instanceof ExpressionError) {
    return { code: 'BAD_OPTIONS', message: cause.message, remedy: errors.BAD_OPTIONS.remedy };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      code: 'WORKER_LOST',
      message: `no worker finished the step: ${cause.message}`,
      remedy: errors.WORKER_LOST.remedy,
    };
  }
  return {
    code: 'UNKNOWN',
    message: cause instanceof Error ? cause.message : String(cause),
    remedy: errors.UNKNOWN.remedy,
  };
}
