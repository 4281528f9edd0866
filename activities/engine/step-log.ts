import { type FileHandle, open } from 'node:fs/promises';

/**
 * The log of a step. The file stays open, since a training writes to it for weeks. Lines stay in order. A line that cannot
 * be written is dropped: a step does not fail because of its log.
 */
export class StepLog {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Resolves when the line is written or dropped. */
  write(line: string): Promise<void> {
    this.#waiting.push(`${line}\n`);
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  /** To be called after the last line. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close().catch(() => {});
  }

  /** Writes all lines that arrived during the last write at once. */
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
