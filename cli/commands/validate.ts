import { resolve } from 'node:path';
import { checkDocument, problemsByFile } from '../../core/language/check/document.ts';
import type { Diagnostic } from '../../core/language/diagnostic.ts';
import { describeProblem, pathWords } from '../../core/words/diagnostics/describe.ts';
import { plural } from '../../core/words/diagnostics/said.ts';
import { pathRules, readDocument, shown } from '../runs/load-plan.ts';
import { positionAt } from '../view/diagnostics/position.ts';

/** Checks pipelines without starting anything. Exit code 2 if one has a problem. */
export async function validate(files: readonly string[], options: { json?: boolean }): Promise<number> {
  let count = 0;
  const all: unknown[] = [];
  for (const file of files) {
    const text = await readDocument(file);
    const checked = checkDocument(text, resolve(file), pathRules(file));
    const problems = problemsByFile(checked, file);
    count += problems.reduce((sum, { diagnostics }) => sum + diagnostics.length, 0);
    if (options.json)
      all.push(
        ...problems.flatMap(({ file, source, diagnostics }) =>
          diagnostics.map((diagnostic) => asJson(diagnostic, source.text, file)),
        ),
      );
    else if (problems.length > 0) {
      const { renderProblems } = await import('../view/diagnostics/render-problems.ts');
      process.stderr.write(renderProblems(checked, shown(file)));
    } else {
      const steps = Object.keys(checked.document!.steps).length;
      process.stdout.write(`${shown(file)}: valid, ${plural(steps, 'step')}\n`);
    }
  }
  if (options.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  return count > 0 ? 2 : 0;
}

function asJson(diagnostic: Diagnostic, text: string, file: string) {
  const { code, reason, facts, path, at } = diagnostic;
  const { line, column } = positionAt(text, at);
  return {
    file,
    line,
    column,
    code,
    reason,
    facts,
    ...(path?.length && { path: pathWords(path) }),
    ...describeProblem(diagnostic),
  };
}
