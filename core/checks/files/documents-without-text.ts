import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf, textOption } from '../known.ts';

/** Finds documents that hold no text to make rows of. The step would say so, after those before it. */
export function findDocumentsWithoutText(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const { readsDocuments, rowsOption } = definitionOf(step.uses) ?? {};
    if (rowsOption === undefined || !readsDocuments?.(optionsOf(step))) return [];
    const source = textOption(step, rowsOption);
    const facts = source === undefined ? undefined : known.files.get(source)?.withoutText;
    if (source === undefined || !facts) return [];
    const { documents, found } = facts;
    const of = { found, documents };
    return [
      {
        ...{
          code: 'DOCUMENT_WITHOUT_TEXT',
          reason: 'documents-without-text',
          facts: of,
          place: placeOf(step, [rowsOption]),
        },
        // Others of the folder have text.
        ...(found.length < documents ? { level: 'warning' } : {}),
      },
    ];
  });
}
