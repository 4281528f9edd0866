import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrorCode, patience } from '../core/errors.ts';

/** One line of a step's ledger. Temporal keeps no history of attempts, so temper does. */
export type LedgerLine =
  | { event: 'started'; attempt: number; at: string; execution: string; pid: number; host: string }
  | { event: 'resumed'; attempt: number; at: string; fromStep: number }
  | { event: 'checkpoint'; attempt: number; at: string; step: number }
  | { event: 'quarantined'; attempt: number; at: string; path: string; reason: string }
  | { event: 'ended'; attempt: number; at: string; how: 'succeeded' | 'reused' | 'stopped' }
  | { event: 'ended'; attempt: number; at: string; how: 'failed'; execution: string; code: string; message: string };

/** The attempts of one step of one run: a file of JSON lines, only ever appended to. */
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
    return new Ledger(file, await readLedger(file));
  }

  /** One more than the attempts seen so far; Temporal's own count starts again after a reset. */
  get nextAttempt(): number {
    return Math.max(0, ...this.lines.map((line) => line.attempt)) + 1;
  }

  /** Failures of the step itself in one execution of the run: lost workers and stops do not count, and `resume` starts anew. */
  failuresIn(execution: string): number {
    return this.lines.filter(
      (line) =>
        line.event === 'ended' &&
        line.how === 'failed' &&
        line.execution === execution &&
        line.code !== 'FENCED' &&
        !(isErrorCode(line.code) && patience[line.code] !== undefined),
    ).length;
  }

  /** Milliseconds since the first of the failures in a row, at the end of an execution, that all had this code. */
  waitingFor(code: string, execution: string): number {
    let since = Date.now();
    for (const line of this.lines.toReversed()) {
      if (line.event !== 'ended' || line.how === 'stopped') continue;
      if (line.how !== 'failed' || line.code !== code || line.execution !== execution) break;
      since = Date.parse(line.at);
    }
    return Date.now() - since;
  }

  async write(line: LedgerLine): Promise<void> {
    this.lines.push(line);
    await appendFile(this.file, `${JSON.stringify(line)}\n`);
  }
}

/** A line torn by a crash is left out. */
export async function readLedger(file: string): Promise<LedgerLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return line.trim() ? [JSON.parse(line) as LedgerLine] : [];
    } catch {
      return [];
    }
  });
}
