import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { listFiles } from '../store/durable-files.ts';

export interface NamedDocument {
  /** For people: the path from where the document names it. */
  name: string;
  path: string;
}

/** Names of files that a folder of documents is searched for. A file that is named alone may have any name. */
const endings = new Set(['.pdf', '.docx', '.md', '.markdown', '.html', '.htm', '.xhtml', '.epub', '.txt']);

/** A document, or all documents in a folder, in the order of their names; and the files of the folder that are none. */
export async function listDocuments(source: string): Promise<{ documents: NamedDocument[]; others: string[] }> {
  if (!(await stat(source)).isDirectory()) return { documents: [{ name: basename(source), path: source }], others: [] };
  const files = (await listFiles(source, 'follow')).filter((file) => !/(?:^|\/)\./.test(file)).sort();
  const isDocument = (file: string) => endings.has(extname(file).toLowerCase());
  const documents = files.filter(isDocument).map((name) => ({ name, path: join(source, name) }));
  if (documents.length === 0)
    throw new TemperError(
      'DOCUMENT_UNREADABLE',
      `${source} has no file that ends in ${[...endings].join(', ')}; it has ${files.length} others`,
    );
  return { documents, others: files.filter((file) => !isDocument(file)) };
}
