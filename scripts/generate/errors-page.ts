import { type ErrorCode, type ErrorEntry, errors, patience } from '../../core/errors/catalogue.ts';
import { diagnosticCodes } from '../../core/language/diagnostic-codes.ts';

function triedAgain(code: ErrorCode, { retry }: ErrorEntry): string {
  if (retry === 'no') return 'no; the same would happen again, so the step ends at once.';
  const patient = patience[code];
  if (patient === undefined) return 'yes, as the step’s `retry` says.';
  const limit = Number.isFinite(patient) ? `for up to ${patient / 3_600_000} hours` : 'without end';
  return `yes, ${limit}; \`max_attempts\` does not count it.`;
}

/** docs/errors.md: mistakes in a document, then failures of a run, each with its cure. */
export function errorsPage(): string {
  const mistakes = Object.entries(diagnosticCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  const failures = Object.entries(errors as Record<string, ErrorEntry>).map(
    ([code, entry]) => `### ${code}

${entry.summary}

**What to do:** ${entry.remedy}

**Tried again:** ${triedAgain(code as ErrorCode, entry)}
`,
  );
  return `# Errors

<!-- Made by \`npm run generate\` from core/errors/catalogue.ts and core/language/diagnostic-codes.ts; do not edit by hand. -->

A code stands for one kind of mistake and is never used for another. The facts of your case are in the message beside it.

## In a document

Found by \`temper validate\`, \`plan\` and \`run\` before anything starts: all at once, each with its line, and the exit code is 2.

| code | meaning |
|---|---|
${mistakes.join('\n')}

## While a run works

A failed step blocks the steps that depend on it and no others. When the cause is cured, \`temper resume RUN\` goes on
from what succeeded and from the last checkpoint; \`temper show RUN\` tells the error again, \`temper logs RUN/step\` all of its output.

${failures.join('\n')}`;
}
