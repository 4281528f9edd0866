import { readFile, stat } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import type { FileFacts } from '../../core/checks/known.ts';
import { listDocuments } from './list-documents.ts';

/** Bytes that are read of all documents together, a few of them in a quick look; larger ones are read by their step alone. */
const [maxBytes, maxQuickBytes] = [200_000_000, 4_000_000];
const maxInflated = 50_000_000;

/** Which of the documents hold no text for sure: empty files, and PDFs of pictures alone. Undefined where there are none. */
export async function withoutText(source: string, isQuick: boolean): Promise<FileFacts['withoutText']> {
  const listed = await listDocuments(source).catch(() => undefined);
  if (!listed) return undefined;
  let left = isQuick ? maxQuickBytes : maxBytes;
  const found: { name: string; is: 'scan' | 'empty' }[] = [];
  for (const { name, path } of listed.documents) {
    const size = (await stat(path).catch(() => undefined))?.size ?? 1;
    if (size === 0) found.push({ name, is: 'empty' });
    if (size === 0 || size > left) continue;
    left -= size;
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes && isScan(bytes)) found.push({ name, is: 'scan' });
  }
  return found.length === 0 ? undefined : { documents: listed.documents.length, found };
}

/**
 * Whether a PDF has pages and no font, so no text can stand on them. False where that is not sure: what is locked, or packed
 * in another way than nearly all PDFs are, is for the reader of the step.
 */
export function isScan(bytes: Buffer): boolean {
  if (!bytes.subarray(0, 1024).includes('%PDF-') || bytes.includes('/Font') || bytes.includes('/Encrypt')) return false;
  let hasPages = hasPage(bytes);
  // Newer PDFs keep their objects in packed streams.
  for (let at = bytes.indexOf('/ObjStm'); at >= 0; at = bytes.indexOf('/ObjStm', at + 1)) {
    const objects = unpacked(bytes, at);
    if (objects === undefined || objects.includes('/Font')) return false;
    hasPages ||= hasPage(objects);
  }
  return hasPages;
}

function hasPage(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('/Page'); at >= 0; at = bytes.indexOf('/Page', at + 1))
    if (/\/Type\s*\/Page(?![A-Za-z])/.test(bytes.toString('latin1', Math.max(0, at - 12), at + 6))) return true;
  return false;
}

/** The content of the stream in whose head `at` lies. */
function unpacked(bytes: Buffer, at: number): Buffer | undefined {
  const head = bytes.lastIndexOf(' obj', at);
  const word = bytes.indexOf('stream', at);
  const end = bytes.indexOf('endstream', word);
  if (head < 0 || word < 0 || end < 0) return undefined;
  const words = bytes.toString('latin1', head, word);
  if (!/\/Filter\s*\[?\s*\/FlateDecode\s*\]?\s*(?:\/|>>)/.test(words) || words.includes('/DecodeParms'))
    return undefined;
  const start = word + 'stream'.length + (bytes[word + 'stream'.length] === 0x0d ? 2 : 1);
  try {
    return inflateSync(bytes.subarray(start, end), { maxOutputLength: maxInflated });
  } catch {
    return undefined;
  }
}
