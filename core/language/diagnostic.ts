import type { FindingProblem } from '../checks/finding.ts';
import type { Problem } from './problems.ts';

/** Keys and indexes that lead to a value of the document. */
export type Path = readonly (string | number)[];

/**
 * A mistake in a document or a finding of a check, the value it is about, and its place: offsets in UTF-16 units of the
 * text. A warning stops nothing.
 */
export type Diagnostic = (Problem | FindingProblem) & { path?: Path; at: number; end: number; level?: 'warning' };

export const isError = ({ level }: Diagnostic): boolean => level !== 'warning';

/** A text that is equal for equal diagnostics at one place: an anchor used twice has its mistakes once. */
export const identityOf = ({ code, reason, facts, path, at }: Diagnostic): string =>
  JSON.stringify([at, code, reason, path, facts]);

/** The diagnostics without those that say the same again. */
export const unique = (diagnostics: readonly Diagnostic[]): Diagnostic[] => [
  ...new Map(diagnostics.map((each) => [identityOf(each), each])).values(),
];
