import { ApplicationFailure } from '@temporalio/activity';
import { errors, patience } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { failuresWithoutProgress, type LedgerLine, waitedFor } from '../../core/run/attempts.ts';
import { explainSystemError } from '../../services/machine/explain-system-error.ts';

/** Gives an error of the system or of a library its code. */
export function asTemperError(error: unknown): TemperError {
  if (error instanceof TemperError) return error;
  const known = explainSystemError(error);
  if (known) return known;
  const message = error instanceof Error ? error.message : String(error);
  return new TemperError('UNKNOWN', message, { cause: error });
}

const notCounted: ReadonlySet<string> = new Set(['FENCED', ...Object.keys(patience)]);

/** Whether the step may not be tried again after this failure, which the ledger already has: its attempts or its time are used up. */
export function isSpent(
  { code }: TemperError,
  { lines, execution, maxAttempts }: { lines: readonly LedgerLine[]; execution: string; maxAttempts: number },
): boolean {
  const patient = patience[code];
  if (patient === undefined) return failuresWithoutProgress(lines, execution, notCounted) >= maxAttempts;
  return waitedFor(lines, execution, { code, now: Date.now() }) >= patient;
}

const detailOf = ({ remedy, artifact, cleared }: TemperError) => ({
  remedy,
  ...(artifact === undefined ? {} : { artifact }),
  ...(cleared === undefined ? {} : { cleared }),
});

/** The failure as Temporal gets it. `spent`: the step may not be tried again. */
export function applicationFailure(failure: TemperError, spent: boolean): ApplicationFailure {
  return ApplicationFailure.create({
    // Temporal keeps 4 KB of a failure.
    message: failure.message.length > 3000 ? `${failure.message.slice(0, 3000)}…` : failure.message,
    type: failure.code,
    nonRetryable: errors[failure.code].retry === 'no' || spent,
    details: [detailOf(failure)],
    ...(failure.code === 'DISK_FULL' ? { nextRetryDelay: '1m' as const } : {}),
  });
}
