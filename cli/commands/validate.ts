import { resolve } from 'node:path';
import { type Checked, problemsByFile } from '../../core/language/check/document.ts';
import { type Diagnostic, isError } from '../../core/language/diagnostic.ts';
import { sketchPlan } from '../../core/language/plan/make-plan.ts';
import { describeProblem, pathWords } from '../../core/words/diagnostics/describe.ts';
import { plural } from '../../core/words/plural.ts';
import { printJson } from '../json/print-json.ts';
import { findingsByFile } from '../runs/check-before-run.ts';
import { pathRules, readDocument, shown } from '../runs/load-plan.ts';
import { positionAt } from '../view/diagnostics/position.ts';

/** Checks pipelines without starting anything. Exit code 2 if one has a problem. */
export async function validate(files: readonly string[], options: { json?: boolean }): Promise<number> {
  let count = 0;
  const all: ReturnType<typeof asJson>[] = [];
  for (const file of files) {
    const text = await readDocument(file);
    const checked = sketchPlan(text, resolve(file), pathRules(file));
    const problems = checked.plan
      ? await findingsByFile(checked.plan, checked, { file, isQuick: true })
      : problemsByFile(checked, file);
    const diagnostics = problems.flatMap((each) => each.diagnostics);
    const errors = diagnostics.filter(isError).length;
    count += errors;
    if (options.json)
      all.push(
        ...problems.flatMap(({ file, source, diagnostics }) =>
          diagnostics.map((diagnostic) => asJson(diagnostic, source.text, file)),
        ),
      );
    else {
      if (problems.length > 0) {
        const { renderDiagnostics } = await import('../view/diagnostics/render-diagnostics.ts');
        const texts = problems.map((each) => renderDiagnostics(each.diagnostics, each.source.text, shown(each.file)));
        process.stderr.write(texts.join('\n'));
      }
      if (errors === 0) process.stdout.write(`${shown(file)}: ${resultWords(checked, diagnostics.length)}\n`);
    }
  }
  if (options.json) printJson('validate', all);
  return count > 0 ? 2 : 0;
}

function resultWords({ document }: Checked, warnings: number): string {
  const steps = plural(Object.keys(document!.steps).length, 'step');
  return `valid, ${steps}${warnings > 0 ? `, ${plural(warnings, 'warning')}` : ''}`;
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
  };
}
