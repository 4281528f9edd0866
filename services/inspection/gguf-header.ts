import { type FileHandle, open } from 'node:fs/promises';
import { tensorBytes } from './gguf-types.ts';

/** What the header of a GGUF file tells: its single values, and its tensors. Lists, such as the vocabulary, are passed over. */
export interface GgufHeader {
  values: ReadonlyMap<string, string | number | boolean>;
  /** Keys of lists. */
  lists: ReadonlySet<string>;
  /** `rows`: of the embedding. */
  tensors: { count: number; numbers: number; rows?: number; names: readonly string[] };
  /** Of the file, and of what its header promises: less than that is a file that was cut off. */
  bytes: number;
  promisedBytes: number;
}

/** Where a file does not say otherwise. */
const usualAlignment = 32;

const sizes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const [textKind, listKind] = [8, 9];
const mostEntries = 200_000;
const longestText = 64_000_000;
const pieceBytes = 1 << 20;

/** Reads the header of a file in pieces. Undefined for what is no GGUF file, or one that is cut off in its header. */
export async function readGgufHeader(path: string): Promise<GgufHeader | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await read(new Pieces(file), size);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

async function read(file: Pieces, bytes: number): Promise<GgufHeader | undefined> {
  if ((await file.take(4)).toString('latin1') !== 'GGUF') return undefined;
  const version = await file.u32();
  if (version !== 2 && version !== 3) return undefined;
  const [tensors, entries] = [await file.u64(), await file.u64()];
  if (tensors > mostEntries || entries > mostEntries) return undefined;
  const values = new Map<string, string | number | boolean>();
  const lists = new Set<string>();
  for (let each = 0; each < entries; each += 1) {
    const key = await file.text();
    const kind = await file.u32();
    if (kind === listKind) {
      await skipList(file);
      lists.add(key);
    } else values.set(key, await single(file, kind));
  }
  const names: string[] = [];
  let numbers = 0;
  let dataBytes = 0;
  let rows: number | undefined;
  for (let each = 0; each < tensors; each += 1) {
    const name = await file.text();
    const shape: number[] = [];
    for (let dimensions = await file.u32(); dimensions > 0; dimensions -= 1) shape.push(await file.u64());
    const [type, offset] = [await file.u32(), await file.u64()];
    const count = shape.reduce((product, length) => product * length, 1);
    dataBytes = Math.max(dataBytes, offset + tensorBytes(type, count));
    names.push(name);
    numbers += count;
    if (name === 'token_embd.weight') rows = shape[1];
  }
  const start = dataBytes === 0 ? file.position : aligned(file.position, values.get('general.alignment'));
  const told = { count: tensors, numbers, names, ...(rows === undefined ? {} : { rows }) };
  return { values, lists, tensors: told, bytes, promisedBytes: start + dataBytes };
}

function aligned(position: number, asked: unknown): number {
  const alignment = typeof asked === 'number' && asked > 0 ? asked : usualAlignment;
  return Math.ceil(position / alignment) * alignment;
}

async function single(file: Pieces, kind: number): Promise<string | number | boolean> {
  if (kind === textKind) return await file.text();
  const bytes = await file.take(sizes[kind]!);
  if (kind === 7) return bytes[0] !== 0;
  if (kind === 6) return bytes.readFloatLE();
  if (kind === 12) return bytes.readDoubleLE();
  return bytes.length === 8 ? Number(bytes.readBigUInt64LE()) : bytes.readUIntLE(0, bytes.length);
}

async function skipList(file: Pieces): Promise<void> {
  const [kind, length] = [await file.u32(), await file.u64()];
  if (kind !== textKind) return file.skip(length * sizes[kind]!);
  for (let each = 0; each < length; each += 1) file.skip(await file.u64());
}

/** A file that is read from front to back, a megabyte at a time. */
class Pieces {
  readonly #file: FileHandle;
  #piece = Buffer.alloc(0);
  /** Of the piece's first byte, and of the next byte to read. */
  #start = 0;
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async take(length: number): Promise<Buffer> {
    if (length > longestText) throw new RangeError('too long');
    const from = this.#at - this.#start;
    if (from < 0 || from + length > this.#piece.length) {
      const wanted = Math.max(length, pieceBytes);
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, this.#at);
      this.#piece = buffer.subarray(0, bytesRead);
      this.#start = this.#at;
      if (bytesRead < length) throw new RangeError('cut off');
    }
    const begin = this.#at - this.#start;
    this.#at += length;
    return this.#piece.subarray(begin, begin + length);
  }

  skip(length: number): void {
    this.#at += length;
  }

  get position(): number {
    return this.#at;
  }

  async u32(): Promise<number> {
    return (await this.take(4)).readUInt32LE();
  }

  async u64(): Promise<number> {
    return Number((await this.take(8)).readBigUInt64LE());
  }

  async text(): Promise<string> {
    return (await this.take(await this.u64())).toString('utf8');
  }
}
