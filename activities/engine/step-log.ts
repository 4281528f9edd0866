import { type FileHandle, open } from 'node:fs/promises';

/**
 * The log of a step, held open from its first line to its last: a training writes to it for weeks. Lines come in order, and
 * what cannot be written is left out, since a log is no reason for a step to fail.
 */
export class StepLog {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Resolves when the line has been written, or given up. */
  write(line: string): Promise<void> {
    this.#waiting.push(`${line}\n`);
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  /** Once nothing more is written. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close().catch(() => {});
  }

  /** Lines that came while others were being written go together. */
  async #drain(): Promise<void> {
    try {
      this.#handle ??= await open(this.#file, 'a');
      while (this.#waiting.length > 0) await this.#handle.appendFile(this.#waiting.splice(0).join(''));
    } catch {
      this.#waiting = [];
    } finally {
      this.#writing = undefined;
    }
  }
}
