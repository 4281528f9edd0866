import { type Checked, problemsByFile } from '../../../core/language/check/document.ts';
import type { InputProblem } from '../../../core/language/plan/make-plan.ts';
import { describeInputProblem } from '../../../core/words/diagnostics/describe.ts';
import { renderDiagnostics } from './render-diagnostics.ts';

/** Words everything that keeps a document, or the inputs given for it, from being planned. `flag` is the option that gives an input. */
export function renderProblems(
  planned: Checked & { inputProblems?: readonly InputProblem[] },
  file: string,
  flag = '--input',
): string {
  const inputs = (planned.inputProblems ?? []).map((problem) => {
    const { message, hint } = describeInputProblem(problem, flag);
    return hint === undefined ? `${message}\n` : `${message}\nhint: ${hint}\n`;
  });
  const files = problemsByFile(planned, file).map((each) =>
    renderDiagnostics(each.diagnostics, each.source.text, each.file),
  );
  return inputs.join('') + files.join('\n');
}
