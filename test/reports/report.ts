import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** A folder per kind, with the heading of its table in docs/reports.md. */
export const kinds = {
  rows: 'Rows',
  files: 'Files that are not what their name says',
  exams: 'Exams',
  scores: 'Scores, proofs and gates',
  settings: 'Settings of the environment',
  machines: 'Machines',
  'known-before': 'What is known before a run',
  identity: 'What counts as changed',
  messages: 'Mistakes of writing',
} as const;
type Kind = keyof typeof kinds;

const file = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    encoding: z.string().describe('A name that Python knows: `utf-16`, `gbk`, `cp1252`.'),
  }),
  z.strictObject({ base64: z.string() }),
]);

/** What somebody has, and what temper must say. */
const report = z.strictObject({
  title: z.string().min(1),
  source: z.string().min(1).describe('Who reported it: `owner/repository#number`, several with commas, or in words.'),
  files: z.record(z.string(), file).default({}),
  base: z.literal('tiny').optional().describe('Puts a tiny base model into `./base`.'),
  setup: z.string().optional().describe('Shell lines for files that cannot be written as text.'),
  env: z.record(z.string(), z.string()).default({}),
  run: z
    .string()
    .regex(/^(?:temper|prepare|questions) ?/, 'must begin with `temper`, `prepare` or `questions`')
    .describe('`temper ARGUMENTS`, `prepare FILE option=value …` or `questions FILE`.'),
  exit: z.number().int(),
  says: z.array(z.string().min(1)).min(1).describe('Texts of the output; docs/reports.md shows the first.'),
  never: z.array(z.string().min(1)).default([]),
  writes: z.array(z.string().min(1)).default([]).describe('Texts of the rows or questions that are written.'),
});

export type Report = z.output<typeof report> & { kind: Kind; name: string };

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Reads all reports, in the order of the kinds and of their names. Throws an error that names the file and its mistakes. */
export const readReports = (): Report[] => (Object.keys(kinds) as Kind[]).flatMap(reportsOf);

function reportsOf(kind: Kind): Report[] {
  let names: string[] = [];
  try {
    names = readdirSync(join(folder, kind)).sort();
  } catch {}
  return names.map((name) => {
    const shown = `test/reports/${kind}/${name}`;
    if (!name.endsWith('.yaml')) throw new Error(`${shown}: the name of a report ends with .yaml`);
    const parsed = report.safeParse(readYaml(join(folder, kind, name), shown));
    if (!parsed.success) throw new Error(`${shown}:\n${z.prettifyError(parsed.error)}`);
    return { ...parsed.data, kind, name: basename(name, '.yaml') };
  });
}

function readYaml(path: string, shown: string): unknown {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const [error] = document.errors;
  if (error) throw new Error(`${shown}: ${error.message}`);
  return document.toJS();
}

/** Folders of this one that are no kind: their reports would be found by nobody. */
export const strayFolders = (): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !(entry.name in kinds))
    .map(({ name }) => name);
