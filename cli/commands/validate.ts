import { resolve } from 'node:path';
import { checkDocument, problemsByFile } from '../../core/language/check/document.ts';
import { positionAt } from '../../core/language/diagnostic.ts';
import { renderProblems } from '../../core/language/plan/make-plan.ts';
import { pathRules, readDocument, shown } from '../runs/load-plan.ts';

export async function validate(files: readonly string[], options: { json?: boolean }): Promise<number> {
  let wrong = 0;
  const all: unknown[] = [];
  for (const file of files) {
    const text = await readDocument(file);
    const checked = checkDocument(text, resolve(file), pathRules(file));
    const problems = problemsByFile(checked, file);
    wrong += problems.reduce((sum, { diagnostics }) => sum + diagnostics.length, 0);
    if (options.json) {
      all.push(
        ...problems.flatMap(({ file, source, diagnostics }) =>
          diagnostics.map(({ code, message, at }) => {
            const { line, column } = positionAt(source.text, at);
            return { file, line, column, code, message };
          }),
        ),
      );
    } else if (problems.length > 0) process.stderr.write(renderProblems(checked, shown(file)));
    else process.stdout.write(`${shown(file)}: fine, ${Object.keys(checked.document!.steps).length} steps\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  return wrong > 0 ? 2 : 0;
}
