import type { Diagnostic } from '../../language/diagnostic.ts';
import { findingWords } from './findings.ts';

/** The page, and the place in it, that explains a mistake. A finding has a heading of its own. */
export function docsOf({ code, reason }: Pick<Diagnostic, 'code' | 'reason'>): string {
  const ofCode = (findingWords as Readonly<Record<string, object>>)[code] ?? {};
  return Object.hasOwn(ofCode, reason) ? `docs/findings.md#${reason}` : 'docs/errors.md#in-a-document';
}
