import type { Checked } from '../../core/language/check/document.ts';
import { type Diagnostic, isError } from '../../core/language/diagnostic.ts';
import { describeProblem, pathWords } from '../../core/words/diagnostics/describe.ts';
import { docsOf } from '../../core/words/diagnostics/docs-of.ts';
import { plural } from '../../core/words/plural.ts';
import { printJson } from '../json/print-json.ts';
import { type CheckedText, checkText, type Fixed, fixesIn, fixText } from '../runs/check-text.ts';
import { readDocument, shown } from '../runs/load-plan.ts';
import { positionAt } from '../view/diagnostics/position.ts';

/** Checks pipelines without starting anything, and repairs them if asked to. Exit code 2 if one has a problem. */
export async function validate(files: readonly string[], options: { json?: boolean; fix?: boolean }): Promise<number> {
  let count = 0;
  const all: ReturnType<typeof entriesOf> = [];
  for (const file of files) {
    const before = await readDocument(file);
    const { fixed, after } = options.fix
      ? await fixText(before, file)
      : { fixed: [], after: await checkText(before, file) };
    if (after.text !== before) await (await import('../runs/rewrite-document.ts')).rewriteDocument(file, after.text);
    count += after.problems.flatMap((each) => each.diagnostics).filter(isError).length;
    if (options.json) all.push(...entriesOf(file, fixed, after));
    else await show(file, fixed, after);
  }
  if (options.json) printJson('validate', all);
  return count > 0 ? 2 : 0;
}

async function show(file: string, fixed: readonly Fixed[], after: CheckedText): Promise<void> {
  const { problems, checked } = after;
  const diagnostics = problems.flatMap((each) => each.diagnostics);
  process.stdout.write(fixed.map((each) => `${fixedWords(each, file)}\n`).join(''));
  if (problems.length > 0) {
    const { renderDiagnostics } = await import('../view/diagnostics/render-diagnostics.ts');
    const texts = problems.map((each) => renderDiagnostics(each.diagnostics, each.source.text, shown(each.file)));
    process.stderr.write(texts.join('\n'));
    const fixable = fixesIn(after, file).length;
    if (fixable > 0 && fixed.length === 0)
      process.stderr.write(
        `hint: \`npx temper validate --fix ${shown(file)}\` can fix ${diagnostics.length === 1 ? 'it' : `${fixable} of them`}\n`,
      );
  }
  if (!diagnostics.some(isError)) process.stdout.write(`${shown(file)}: ${resultWords(checked, diagnostics.length)}\n`);
}

function fixedWords({ diagnostic, text }: Fixed, file: string): string {
  const { line, column } = positionAt(text, diagnostic.at);
  return `${shown(file)}:${line}:${column} fixed: ${describeProblem(diagnostic).message} [${diagnostic.code}]`;
}

function resultWords({ document }: Checked, warnings: number): string {
  const steps = plural(Object.keys(document!.steps).length, 'step');
  return `valid, ${steps}${warnings > 0 ? `, ${plural(warnings, 'warning')}` : ''}`;
}

/** What `--json` lists: what was fixed, with its place before, and what is left. */
function entriesOf(file: string, fixed: readonly Fixed[], after: CheckedText) {
  const fixable = new Set(fixesIn(after, file).map(({ diagnostic }) => diagnostic));
  return [
    ...fixed.map(({ diagnostic, text }) => ({ ...asJson(diagnostic, text, file), fixed: true as const })),
    ...after.problems.flatMap((each) =>
      each.diagnostics.map((diagnostic) => ({
        ...asJson(diagnostic, each.source.text, each.file),
        ...(fixable.has(diagnostic) ? { fixable: true as const } : {}),
      })),
    ),
  ];
}

function asJson(diagnostic: Diagnostic, text: string, file: string) {
  const { code, reason, facts, path, at } = diagnostic;
  const { line, column } = positionAt(text, at);
  return {
    file,
    line,
    column,
    code,
    ...(diagnostic.level === undefined ? {} : { level: diagnostic.level }),
    reason,
    facts,
    ...(path?.length && { path: pathWords(path) }),
    ...describeProblem(diagnostic),
    docs: docsOf(diagnostic),
  };
}
