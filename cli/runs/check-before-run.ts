import { runChecks } from '../../core/checks/checks.ts';
import type { Finding } from '../../core/checks/finding.ts';
import type { Known, KnownDocument } from '../../core/checks/known.ts';
import type { Checked } from '../../core/language/check/document.ts';
import { type Diagnostic, isError, unique } from '../../core/language/diagnostic.ts';
import type { Source } from '../../core/language/yaml/source.ts';
import type { Plan } from '../../core/run/plan.ts';
import { inspectPlan } from '../../services/inspection/inspect-plan.ts';
import { UserError } from '../user-error.ts';
import { shown } from './load-plan.ts';

/** What is wrong with one file. */
export interface FileDiagnostics {
  file: string;
  source: Source;
  diagnostics: Diagnostic[];
}

/** `starts`: a run starts now, so what is not there yet is an error. */
interface Checking {
  file: string;
  starts?: boolean;
  /** Only what can be known in a moment. */
  isQuick?: boolean;
  /** Asks the servers that steps will ask what they have; a run does so itself. */
  asks?: boolean;
  /** A pipeline that comes with temper: what its warnings tell is meant so. */
  isOwn?: boolean;
  /** Whether each step that could be decided is reused. */
  decided?: ReadonlyMap<string, boolean>;
}

/**
 * Carries out every check before a run. Throws UserError with all errors; warnings go to stderr. Every command that
 * plans a document calls it, so that all of them say the same. Returns what is known.
 */
export async function checkBeforeRun(plan: Plan, planned: Checked, checking: Checking): Promise<Known> {
  const known = await inspect(plan, planned, checking);
  const found = placedFindings(known, planned, checking);
  if (found.length === 0) return known;
  const { renderDiagnostics } = await import('../view/diagnostics/render-diagnostics.ts');
  const text = found.map((each) => renderDiagnostics(each.diagnostics, each.source.text, shown(each.file))).join('\n');
  if (found.some(({ diagnostics }) => diagnostics.some(isError))) throw new UserError(text.trimEnd());
  if (!checking.isOwn) process.stderr.write(text);
  return known;
}

/** Lists what the checks find, by the file that has the place. */
export async function findingsByFile(plan: Plan, planned: Checked, checking: Checking): Promise<FileDiagnostics[]> {
  return placedFindings(await inspect(plan, planned, checking), planned, checking);
}

async function inspect(plan: Plan, planned: Checked, { isQuick, asks, decided }: Checking): Promise<Known> {
  const documents = documentsOf(planned);
  return await inspectPlan(plan, {
    documents,
    ...(isQuick ? { isQuick } : {}),
    ...(asks ? { asks } : {}),
    ...(decided ? { decided } : {}),
  });
}

function placedFindings(known: Known, planned: Checked, checking: Checking): FileDiagnostics[] {
  const found = new Map<string, FileDiagnostics>();
  for (const finding of runChecks(known)) {
    const { file, source } = whereIs(finding, planned, checking.file);
    const of = found.get(file) ?? { file, source, diagnostics: [] };
    of.diagnostics.push(placed(finding, source, checking));
    found.set(file, of);
  }
  // A pipeline that two steps run has its findings once.
  return [...found.values()].map((each) => ({ ...each, diagnostics: unique(each.diagnostics) }));
}

function documentsOf({ document, used }: Checked, within: readonly string[] = []): KnownDocument[] {
  const inner = used.flatMap((each) => documentsOf(each, [...within, each.step]));
  return document ? [{ within, document }, ...inner] : inner;
}

/** The document that has the step: the one that was given, or that of a pipeline within. */
function whereIs({ place }: Finding, planned: Checked, file: string): { file: string; source: Source } {
  let here: { file: string } & Checked = { ...planned, file };
  for (const id of place.within) here = here.used.find(({ step }) => step === id) ?? here;
  return here;
}

function placed({ place, level, ...problem }: Finding, source: Source, { starts }: Checking): Diagnostic {
  const { path } = place;
  const isWarning = level === 'warning' || (level === 'not-yet' && !starts);
  return { ...problem, path, ...source.locate(path, 'value'), ...(isWarning ? { level: 'warning' as const } : {}) };
}
