import { fixedFindings } from '../../core/language/fixes/fix-of.ts';
import { findingNotes } from '../../core/words/diagnostics/finding-notes.ts';

/** Makes docs/findings.md: every finding of the checks before a run, under a heading that `--json` names. */
export function findingsPage(): string {
  const byReason = new Map<string, { codes: string[]; notes: string[] }>();
  for (const [code, notes] of Object.entries(findingNotes))
    for (const [reason, note] of Object.entries(notes as Readonly<Record<string, string>>)) {
      const known = byReason.get(reason) ?? { codes: [], notes: [] };
      byReason.set(reason, { codes: [...known.codes, code], notes: [...known.notes, note] });
    }
  const sections = [...byReason].map(([reason, { codes, notes }]) =>
    [
      `### ${reason}`,
      '',
      `${codes.map((code) => `\`${code}\``).join(', ')}. ${notes.join(' ')}`,
      ...(fixedFindings.includes(reason) ? ['', '`temper validate --fix` repairs it.'] : []),
    ].join('\n'),
  );
  return `# Findings

<!-- Made by \`npm run generate\` from core/words/diagnostics/finding-notes.ts; do not edit by hand. -->

A document can be valid and still not do what its author wants. \`temper validate\` tells what can be known without a GPU, a server or Python: the document, the
first rows of the files that it names (all of a file below 4 MB), and the headers of the base model. \`plan\`, \`run\`, \`rerun\` and
\`schedule apply\` tell the same, and ask Python for exams. [errors.md](errors.md) has the mistakes of the language itself.

- An **error** stops a run. Its code is the one that the run would have ended with.
- A **warning** stops nothing: the run can go well, but hardly as meant.

\`temper validate --json\` prints a list. Each entry has \`file\`, \`line\`, \`column\`, \`code\`, \`level\` (\`warning\`, or absent), \`reason\`, \`facts\`, \`path\`, \`message\`,
\`hint\` and \`docs\`, which names the place in these pages. \`fixable: true\` stands where \`--fix\` repairs it; after \`--fix\`, \`fixed: true\` stands where it did.

## What \`--fix\` repairs

\`temper validate --fix FILE\` writes the file anew where a mistake can be repaired in one way only, and lists what it did. It changes the
characters of that place and no others, so comments, quotes and blank lines stay. A change that would not leave fewer mistakes is not made; a second call changes nothing. Besides the
findings below it repairs misspelled keys, options, kinds, steps and names in expressions, characters that look like others, values in the spelling of another
tool (\`yes\`, \`1_000\`, \`"2e-4"\`), cron texts and time zones of other programs, \`=\` for \`==\`, and braces around a condition.

## Every finding

${sections.join('\n\n')}
`;
}
