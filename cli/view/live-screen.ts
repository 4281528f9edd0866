import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import { measurable } from './measurable.ts';

type Stream = NodeJS.WriteStream;

/** What somebody else wrote while the screen stood. */
type Held = () => void;

/**
 * Lines at the end of a terminal that are drawn again and again. Redrawing goes up as many rows as were drawn, so one foreign
 * line would leave stale ones behind: while it is open, what others write is held, and printed when it closes.
 */
export class LiveScreen {
  readonly #terminal: Stream;
  readonly #write: Stream['write'];
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #held: Held[] = [];
  readonly #restore: (() => void)[] = [];
  #drawn: { lines: readonly string[]; columns: number } = { lines: [], columns: 0 };

  constructor(terminal: Stream = process.stdout) {
    this.#terminal = terminal;
    this.#write = terminal.write.bind(terminal);
    const own = { write: this.#write, rows: 0, columns: 0 };
    Object.defineProperty(own, 'rows', { get: () => terminal.rows });
    Object.defineProperty(own, 'columns', { get: () => this.#columns });
    this.#update = createLogUpdate(own as unknown as Stream);
    // What goes to a file disturbs nothing.
    for (const stream of new Set([terminal, process.stdout, process.stderr])) if (stream.isTTY) this.#hold(stream);
    if (process.stderr.isTTY) this.#holdWarnings();
  }

  get #columns(): number {
    return this.#terminal.columns || 120;
  }

  /** Draws the lines in place of those before, each cut at the width of the terminal. */
  draw(lines: readonly string[]): void {
    const columns = this.#columns;
    if (columns < this.#drawn.columns) this.#eraseWrapped(columns);
    // One column less than it takes: a wide character at the edge makes `cli-truncate` exceed its limit by one.
    const cut = lines.map((line) => cliTruncate(measurable(line), columns - 2));
    this.#update(cut.join('\n'));
    this.#drawn = { lines: cut, columns };
  }

  /** Leaves what was drawn last, and prints below it what others wrote meanwhile. */
  close(): void {
    this.#update.done();
    for (const restore of this.#restore.splice(0)) restore();
    for (const print of this.#held.splice(0)) print();
  }

  /** Takes away what was drawn last, and prints in its place what others wrote meanwhile. */
  erase(): void {
    if (this.#columns < this.#drawn.columns) this.#eraseWrapped(this.#columns);
    this.#update.clear();
    this.close();
  }

  /** A terminal that was made narrower has wrapped the lines into more rows than were drawn. */
  #eraseWrapped(columns: number): void {
    const rows = this.#drawn.lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    this.#write('\u001b[2K\u001b[1A'.repeat(rows - this.#drawn.lines.length));
  }

  #hold(stream: Stream): void {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
      const [named, told] = typeof encoding === 'function' ? [undefined, encoding] : [encoding, done];
      // Hiding and showing the cursor moves nothing, and must reach a terminal whose process is being killed.
      if (typeof chunk === 'string' && cursorVisibility.test(chunk)) return write.call(stream, chunk, named, told);
      this.#held.push(() => write.call(stream, chunk, named));
      if (told) queueMicrotask(() => told());
      return true;
    }) as Stream['write'];
    this.#restore.push(() => {
      stream.write = write;
    });
  }

  /** Node writes warnings past the streams. */
  #holdWarnings(): void {
    const usual = process.listeners('warning');
    const hold = (warning: Error) => {
      this.#held.push(() => {
        for (const listener of usual) listener.call(process, warning);
      });
    };
    process.removeAllListeners('warning');
    process.on('warning', hold);
    this.#restore.push(() => {
      process.removeListener('warning', hold);
      for (const listener of usual) process.on('warning', listener);
    });
  }
}

type Done = (error?: Error | null) => void;

const cursorVisibility = /^\u001b\[\?25[hl]$/;
