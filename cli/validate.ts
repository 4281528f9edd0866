import { positionAt, renderDiagnostics } from '../core/diagnostic.ts';
import { checkDocument } from '../core/make-plan.ts';
import { readDocument, shown } from './load-plan.ts';

export async function validate(files: readonly string[], options: { json?: boolean }): Promise<number> {
  let wrong = 0;
  const all: unknown[] = [];
  for (const file of files) {
    const text = await readDocument(file);
    const { diagnostics, document } = checkDocument(text);
    wrong += diagnostics.length;
    if (options.json) {
      all.push(
        ...diagnostics.map(({ code, message, at }) => {
          const { line, column } = positionAt(text, at);
          return { file, line, column, code, message };
        }),
      );
    } else if (diagnostics.length > 0) process.stderr.write(renderDiagnostics(diagnostics, text, shown(file)));
    else process.stdout.write(`${shown(file)}: fine, ${Object.keys(document!.steps).length} steps\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  return wrong > 0 ? 2 : 0;
}
