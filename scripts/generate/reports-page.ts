import { kinds, type Report, readReports } from '../../test/reports/report.ts';

/** Makes docs/reports.md: what people have, and what temper says to it. */
export function reportsPage(): string {
  const reports = readReports();
  const parts = Object.entries(kinds).flatMap(([kind, heading]) => {
    const rows = reports.filter((report) => report.kind === kind).map(rowOf);
    return rows.length === 0
      ? []
      : [
          `## ${heading}\n\n| what people have | source | command | what temper says |\n|---|---|---|---|\n${rows.join('\n')}\n`,
        ];
  });
  return `# What people have

<!-- Made by \`npm run generate\` from test/reports/; do not edit by hand. -->

Files, settings and documents that people brought to trainers, orchestrators and Ollama, and had trouble with. Each stands in
\`test/reports/\` and is tried by \`npm test -- test/reports\`. The source says where it was reported; it may be another program.

${parts.join('\n')}`;
}

const rowOf = ({ title, source, run, says }: Report): string =>
  `| ${cell(title)} | ${linked(cell(source))} | ${code(run)} | ${cell(says[0]!)} |`;

/** A text that stays in its cell, and is no HTML. */
const cell = (text: string): string =>
  text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;');

function code(text: string): string {
  const fence = '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`;
}

/** GitHub leads from an issue's address to the pull request of that number. */
const linked = (text: string): string =>
  text.replaceAll(
    /([\w.-]+\/[\w.-]+)#(\d+)/g,
    (name, repository, number) => `[${name}](https://github.com/${repository}/issues/${number})`,
  );
