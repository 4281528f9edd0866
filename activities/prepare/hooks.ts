import { documentsDigest } from '../../services/setup/python/documents.ts';
import type { HooksOf } from '../engine/deps.ts';

/** Raised when other words to the writer, or other checks of its rows, make other rows of equal documents. */
const revision = 1;

/** Rows of documents also depend on the libraries that read them. */
export const prepareHooks: HooksOf<'prepare'> = {
  keyOptions: ({ options }, fixed) =>
    options.from === 'documents' ? { ...(fixed as object), written: { revision, reader: documentsDigest() } } : fixed,
};
