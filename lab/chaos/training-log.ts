import { open } from 'node:fs/promises';

/** One attempt of the training, from its log. */
export interface LoggedAttempt {
  attempt: number;
  /** Step from which it trained; undefined while it loads. */
  from: number | undefined;
  /** Last step in the log. */
  step: number | undefined;
  /** Steps it trained. */
  trained: number;
}

/** Follows a step's log as it grows. */
export class TrainingLog {
  readonly attempts: LoggedAttempt[] = [];
  readonly #file: string;
  #offset = 0;
  #reading: Promise<void> = Promise.resolve();
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  get latest(): LoggedAttempt | undefined {
    return this.attempts.at(-1);
  }

  /** Reads new lines. Calls are queued, since several callers follow the same log. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOn());
    return this.#reading;
  }

  async #readOn(): Promise<void> {
    const file = await open(this.#file).catch(() => undefined);
    if (!file) return;
    try {
      const buffer = Buffer.alloc(1 << 16);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
        if (bytesRead === 0) break;
        this.#offset += bytesRead;
        this.take(buffer.toString('utf8', 0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    const begun = /^--- attempt (\d+),/.exec(line)?.[1];
    if (begun) this.attempts.push({ attempt: Number(begun), from: undefined, step: undefined, trained: 0 });
    const latest = this.latest;
    if (!latest || !line.startsWith('{"event":')) return;
    let event: { event: string; step?: number };
    try {
      event = JSON.parse(line) as typeof event;
    } catch {
      return; // torn by a fault
    }
    if (event.event === 'started') latest.from = latest.step = event.step ?? 0;
    if (event.event === 'progress' && event.step !== undefined) {
      latest.step = event.step;
      latest.trained++;
    }
  }
}
