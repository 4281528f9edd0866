import { resolve } from 'node:path';
import { type Checked, problemsByFile } from '../../core/language/check/document.ts';
import { type Diagnostic, identityOf, isError } from '../../core/language/diagnostic.ts';
import type { Fix } from '../../core/language/fixes/fix.ts';
import { fixOf } from '../../core/language/fixes/fix-of.ts';
import { sketchPlan } from '../../core/language/plan/make-plan.ts';
import { applyFix } from '../../core/language/yaml/apply-fix.ts';
import { type FileDiagnostics, findingsByFile } from './check-before-run.ts';
import { pathRules } from './load-plan.ts';

/** A text with everything that can be said of it in a moment. */
export interface CheckedText {
  text: string;
  checked: Checked;
  /** Of the document, and of pipelines that its steps run. */
  problems: FileDiagnostics[];
}

/** Checks the text of a file: the language, and if it is sound, all that is known before a run. */
export async function checkText(text: string, file: string): Promise<CheckedText> {
  const checked = sketchPlan(text, resolve(file), pathRules(file));
  const problems = checked.plan
    ? await findingsByFile(checked.plan, checked, { file, isQuick: true })
    : problemsByFile(checked, file);
  return { text, checked, problems };
}

/** A mistake that was removed, with the text that had it. */
export interface Fixed {
  diagnostic: Diagnostic;
  text: string;
}

/** More changes than a person would look through. */
const maxFixes = 200;

/**
 * Removes the mistakes that have a fix, one after another. A fix that does not bring the text nearer to a sound one is not
 * taken, so a second call changes nothing.
 */
export async function fixText(before: string, file: string): Promise<{ fixed: Fixed[]; after: CheckedText }> {
  let now = await checkText(before, file);
  const fixed: Fixed[] = [];
  const refused = new Set<string>();
  const seen = new Set([before]);
  while (fixed.length < maxFixes) {
    const next = fixesIn(now, file).find(({ diagnostic }) => !refused.has(identityOf(diagnostic)));
    if (!next) break;
    const changed = applyFix(now.text, next.fix);
    const tried = changed === undefined ? undefined : await checkText(changed, file);
    if (tried && !seen.has(tried.text) && isBetter(tried, now, next.diagnostic)) {
      seen.add(tried.text);
      fixed.push({ diagnostic: next.diagnostic, text: now.text });
      now = tried;
      refused.clear();
    } else refused.add(identityOf(next.diagnostic));
  }
  return { fixed, after: now };
}

/** The mistakes of the file itself that have a fix, in the order of their places. */
export const fixesIn = (
  { text, checked, problems }: CheckedText,
  file: string,
): { diagnostic: Diagnostic; fix: Fix }[] =>
  problems
    .filter((each) => each.file === file)
    .flatMap(({ diagnostics }) => diagnostics)
    .sort((one, other) => one.at - other.at)
    .flatMap((diagnostic) => {
      const fix = fixOf(diagnostic, { text, value: checked.source.value });
      return fix ? [{ diagnostic, fix }] : [];
    });

/**
 * Whether a mistake is gone and nothing else has come of it. A word that was unknown hides what is below it, so more mistakes
 * may show themselves; where there was none that stops a run, there must be none afterwards.
 */
function isBetter(after: CheckedText, before: CheckedText, fixed: Diagnostic): boolean {
  const [now, then] = [countsOf(after), countsOf(before)];
  if (now.ofText > then.ofText || now.all.some((each) => nameOf(each) === nameOf(fixed))) return false;
  return then.errors > 0 || (now.errors === 0 && now.all.length < then.all.length);
}

const nameOf = ({ code, reason, facts, path }: Diagnostic) => JSON.stringify([code, reason, facts, path]);

function countsOf({ problems }: CheckedText) {
  const all = problems.flatMap(({ diagnostics }) => diagnostics);
  const ofText = all.filter(({ code }) => code === 'YAML' || code === 'LOOKALIKE').length;
  return { all, ofText, errors: all.filter(isError).length };
}
