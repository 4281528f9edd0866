import { type ErrorCode, type ErrorEntry, errors, patience } from '../../core/errors/catalogue.ts';
import { type DiagnosticCode, diagnosticCodes } from '../../core/language/diagnostic-codes.ts';
import { reasonsOf } from '../../core/words/diagnostics/describe.ts';
import { findingWords } from '../../core/words/diagnostics/findings.ts';

function retried(code: ErrorCode, { retry }: ErrorEntry): string {
  if (retry === 'no') return 'no; it would fail the same way, so the step ends at once.';
  const patient = patience[code];
  if (patient === undefined) return 'yes, as the step’s `retry` says.';
  const limit = Number.isFinite(patient) ? `for up to ${patient / 3_600_000} hours` : 'without limit';
  return `yes, ${limit}; \`max_attempts\` does not count it.`;
}

/** Makes docs/errors.md: mistakes in a document, then failures of a run, each with its remedy. */
export function errorsPage(): string {
  const mistakes = Object.entries(diagnosticCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  const reasons = Object.keys(diagnosticCodes).map(
    (code) => `- \`${code}\`: ${reasonsOf(code as DiagnosticCode).join(', ')}`,
  );
  const findings = Object.entries(findingWords).map(
    ([code, ofCode]) => `- \`${code}\`: ${Object.keys(ofCode).join(', ')}`,
  );
  const failures = Object.entries(errors as Record<string, ErrorEntry>).map(
    ([code, entry]) => `### ${code}

${entry.summary}

**What to do:** ${entry.remedy}

**Retried:** ${retried(code as ErrorCode, entry)}
`,
  );
  return `# Errors

<!-- Made by \`npm run generate\` from core/errors/catalogue.ts and core/language/diagnostic-codes.ts; do not edit by hand. -->

A code stands for one kind of mistake and is never used for another. The facts of your case are in the message beside it.

## In a document

\`temper validate\`, \`plan\` and \`run\` find these before anything starts. They report all at once, each with its line, and exit with code 2.

| code | meaning |
|---|---|
${mistakes.join('\n')}

\`temper validate --json\` prints a finer \`reason\` beside the code, the \`facts\` of the mistake, and the message and hint that a terminal shows.
Programs should use the code and the reason; messages may change. The reasons of each code:

${reasons.join('\n')}

## Before a run

\`temper validate\`, \`plan\`, \`run\`, \`rerun\` and \`schedule apply\` then look at everything that is known before a run: the plan, the files that it
names, and the base model's own files. A run does so again before its first step. What would end a run badly has the code that the run would end with.
A warning stops nothing: its line says \`warning:\`, and its \`level\` in \`--json\` is \`warning\`. A file that is not there yet is a warning, and an
error where a run starts now. [findings.md](findings.md) explains each. The reasons of each code:

${findings.join('\n')}

## In a run

A failed step blocks the steps that depend on it and no others. When the cause is gone, \`temper resume RUN\` continues
from the steps that succeeded and from the last checkpoint. \`temper show RUN\` shows the error again, \`temper logs RUN/step\` the output of the step.

${failures.join('\n')}`;
}
