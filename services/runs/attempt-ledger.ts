import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerLine } from '../../core/run/attempts.ts';

/** The attempts of one step of one run, in an append-only file of JSON lines. */
export class Ledger {
  readonly file: string;
  readonly lines: LedgerLine[];
  private constructor(file: string, lines: LedgerLine[]) {
    this.file = file;
    this.lines = lines;
  }

  static async open(folder: string): Promise<Ledger> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'attempts.jsonl');
    const text = await readFile(file, 'utf8').catch(() => '');
    // After a crash in the middle of a line, the next line must not join it.
    if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
    return new Ledger(file, linesOf(text));
  }

  async write(line: LedgerLine): Promise<void> {
    this.lines.push(line);
    await appendFile(this.file, `${JSON.stringify(line)}\n`);
  }
}

export const readLedger = async (file: string): Promise<LedgerLine[]> => await readJsonLines<LedgerLine>(file);

/** Reads a file of JSON lines. Skips lines cut by a crash; a missing file has no lines. */
export async function readJsonLines<T>(file: string): Promise<T[]> {
  return linesOf<T>(await readFile(file, 'utf8').catch(() => ''));
}

const linesOf = <T>(text: string): T[] =>
  text.split('\n').flatMap((line) => {
    try {
      return line.trim() ? [JSON.parse(line) as T] : [];
    } catch {
      return [];
    }
  });
