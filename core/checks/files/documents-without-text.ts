import type { Finding } from '../finding.ts';
import { documentsOf, type Known, placeOf } from '../known.ts';

/** Finds documents that hold no text to read. The step would say so, after those before it. */
export function findDocumentsWithoutText(known: Known): Finding[] {
  return known.steps.flatMap((step) =>
    documentsOf(step).flatMap(({ option, source }): Finding[] => {
      const facts = known.files.get(source)?.withoutText;
      if (!facts) return [];
      const { documents, found } = facts;
      return [
        {
          ...{ code: 'DOCUMENT_WITHOUT_TEXT', reason: 'documents-without-text', facts: { found, documents } },
          place: placeOf(step, option),
          // Others of the folder have text.
          ...(found.length < documents ? { level: 'warning' } : {}),
        },
      ];
    }),
  );
}
