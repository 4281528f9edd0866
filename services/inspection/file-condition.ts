import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { BrokenFile, WeightFacts } from '../../core/checks/base-facts.ts';
import { isRecord } from '../../core/json.ts';

/** Bytes. The trainer reads no longer header either. */
const maxHeader = 100_000_000;

/** Bytes at each end of a file of weights that are compared: all of it would take minutes. */
const sampleBytes = 65_536;

/** Reads the first bytes of a file, and how long it is. */
async function headOf(path: string): Promise<{ head: Buffer; size: number }> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return { head: buffer.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}

/** Recognises what a download or a clone leaves in place of a file. */
export async function strangerIn(path: string): Promise<BrokenFile['why'] | undefined> {
  const { head, size } = await headOf(path);
  if (size === 0) return 'empty';
  const text = head.toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('version https://git-lfs')) return 'lfs';
  return /^<(?:!doctype html|html)\b/.test(text) ? 'page' : undefined;
}

/** Whether a file is prose for people, of which rows could be made: a PDF, or by its name a Word file or an e-book. */
export async function isDocument(path: string): Promise<boolean> {
  const { head } = await headOf(path);
  const start = head.toString('latin1', 0, 4);
  return start === '%PDF' || (start === 'PK\x03\x04' && /\.(?:docx|epub)$/i.test(path));
}

export type Weights = WeightFacts | { why: BrokenFile['why'] };

/** Reads the header of a file of weights, which names every tensor with its place: so a file that was cut off shows itself. */
export async function inspectWeights(path: string): Promise<Weights> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(8);
    await file.read(start, 0, 8, 0);
    const length = Number(start.readBigUInt64LE());
    if (length > maxHeader) return { why: 'not-weights' };
    if (8 + length > size) return { why: 'short' };
    const text = Buffer.alloc(length);
    await file.read(text, 0, length, 8);
    const header: unknown = JSON.parse(text.toString('utf8'));
    if (!isRecord(header)) return { why: 'not-weights' };
    return factsOf(header, size - 8 - length);
  } catch {
    return { why: 'not-weights' };
  } finally {
    await file.close();
  }
}

function factsOf(header: Readonly<Record<string, unknown>>, bytes: number): Weights {
  let [end, numbers] = [0, 0];
  let embeddings: number | undefined;
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  for (const name of names) {
    const { shape, data_offsets: offsets } = header[name] as { shape: number[]; data_offsets: number[] };
    end = Math.max(end, offsets[1]!);
    numbers += shape.reduce((product, each) => product * each, 1);
    if (/(?:embed_tokens|wte|word_embeddings|embed_in)\.weight$/.test(name)) embeddings = shape[0];
  }
  if (end > bytes) return { why: 'short' };
  return { bytes: end, numbers, names, ...(embeddings === undefined ? {} : { embeddings }) };
}

/** Equal for equal files; different files of weights differ in it but for a chance that nobody meets. */
export async function sampleOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const digest = createHash('sha256').update(`${size}`);
    for (const at of [0, Math.max(0, size - sampleBytes)]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, at);
      digest.update(buffer.subarray(0, bytesRead));
    }
    return digest.digest('hex');
  } finally {
    await file.close();
  }
}
