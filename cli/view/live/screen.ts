import { stripVTControlCharacters } from 'node:util';
import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { measurable, simpleEmoji } from '../text/measurable.ts';
import type { Size } from './frame.ts';

type Stream = NodeJS.WriteStream;
type Frame = (size: Size) => readonly string[];

/**
 * Lines at the end of a terminal that are drawn again and again, and at once when its size changes. Redrawing goes up as many
 * rows as were drawn, so one foreign line would leave stale ones behind: what others write meanwhile is printed above.
 * Rows that a terminal moves into its history when its size changes are out of reach; the screen itself is right.
 */
export class LiveScreen {
  readonly #terminal: Stream;
  readonly #write: Stream['write'];
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #restore: (() => void)[] = [];
  /** Lines of others that have no end yet. */
  readonly #unfinished = new Map<Stream, string>();
  #frame: Frame | undefined;
  #drawn: { lines: readonly string[]; columns: number } = { lines: [], columns: 0 };

  constructor(terminal: Stream = process.stdout) {
    this.#terminal = terminal;
    this.#write = terminal.write.bind(terminal);
    const own = { write: (text: string) => this.#write(unwrapped(text)), rows: 0, columns: 0 };
    Object.defineProperty(own, 'rows', { get: () => terminal.rows });
    Object.defineProperty(own, 'columns', { get: () => this.#columns });
    this.#update = createLogUpdate(own as unknown as Stream);
    // What goes to a file disturbs nothing.
    for (const stream of new Set([terminal, process.stdout, process.stderr])) if (stream.isTTY) this.#divert(stream);
    if (process.stderr.isTTY) this.#divertWarnings();
    const resized = () => this.#redraw();
    terminal.on('resize', resized);
    this.#restore.push(() => terminal.removeListener('resize', resized));
  }

  get #columns(): number {
    return this.#terminal.columns || 120;
  }

  /** Draws lines in place of those before. */
  draw(frame: Frame): void {
    this.#frame = frame;
    this.#redraw();
  }

  /** Prints lines that stay, above what is drawn. */
  print(lines: readonly string[]): void {
    const whole = lines.map((line) => wrapAnsi(measurable(line), this.#columns, { hard: true }));
    this.#above(() => this.#write(`${whole.join('\n')}\n`));
  }

  /** Leaves what was drawn last. */
  close(): void {
    this.#update.done();
    for (const restore of this.#restore.splice(0)) restore();
    for (const [stream, text] of this.#unfinished) if (text) stream.write(text);
    this.#unfinished.clear();
  }

  /** Takes away what was drawn last. */
  erase(): void {
    this.#clear();
    this.close();
  }

  /** Leaves lines in place of what was drawn last, however many they are. */
  finish(frame: Frame): void {
    this.#clear();
    const columns = this.#columns;
    const lines = frame({ columns: widthWithin(columns), rows: Number.POSITIVE_INFINITY });
    this.#write(unwrapped(lines.map((line) => `${fitted(line, columns)}\n`).join('')));
    this.close();
  }

  #redraw(): void {
    if (!this.#frame) return;
    const columns = this.#columns;
    this.#eraseWrapped(columns);
    // One row is for the cursor.
    const size = { columns: widthWithin(columns), rows: Math.max(1, (this.#terminal.rows || 24) - 1) };
    const lines = this.#frame(size).map((line) => fitted(line, columns));
    this.#update(lines.join('\n'));
    this.#drawn = { lines, columns };
  }

  #clear(): void {
    this.#eraseWrapped(this.#columns);
    this.#update.clear();
    this.#drawn = { lines: [], columns: 0 };
  }

  #above(print: () => void): void {
    this.#clear();
    print();
    this.#redraw();
  }

  /** A terminal that was made narrower has wrapped the lines into more rows than were drawn. */
  #eraseWrapped(columns: number): void {
    const { lines, columns: before } = this.#drawn;
    if (columns >= before) return;
    const rows = lines.reduce((sum, line) => sum + rowsOf(line, columns), 0);
    if (rows > lines.length) this.#write('\u001b[2K\u001b[1A'.repeat(rows - lines.length));
  }

  #divert(stream: Stream): void {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
      const told = typeof encoding === 'function' ? encoding : done;
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      // Hiding and showing the cursor moves nothing, and must reach a terminal whose process is being killed.
      if (cursorVisibility.test(text)) return write.call(stream, text, undefined, told);
      const whole = (this.#unfinished.get(stream) ?? '') + text;
      const end = whole.lastIndexOf('\n') + 1;
      this.#unfinished.set(stream, whole.slice(end));
      if (end > 0) this.#above(() => write.call(stream, whole.slice(0, end)));
      if (told) queueMicrotask(() => told());
      return true;
    }) as Stream['write'];
    this.#restore.push(() => {
      stream.write = write;
    });
  }

  /** Node writes warnings past the streams. */
  #divertWarnings(): void {
    const usual = process.listeners('warning');
    const print = (warning: Error) =>
      this.#above(() => {
        for (const listener of usual) listener.call(process, warning);
      });
    process.removeAllListeners('warning');
    process.on('warning', print);
    this.#restore.push(() => {
      process.removeListener('warning', print);
      for (const listener of usual) process.on('warning', listener);
    });
  }
}

type Done = (error?: Error | null) => void;

const cursorVisibility = /^\u001b\[\?25[hl]$/;

/** Terminals do not agree on the width of every character, so the edge is kept free. */
const widthWithin = (columns: number): number => Math.max(1, columns - 2);

const fitted = (line: string, columns: number): string =>
  cliTruncate(simpleEmoji(measurable(line)), widthWithin(columns));

/** In how many rows a terminal puts a line; a wide character that would hang over the edge begins the next one. */
function rowsOf(line: string, columns: number): number {
  let [rows, used] = [1, 0];
  for (const { segment } of graphemes.segment(stripVTControlCharacters(line))) {
    const width = stringWidth(segment);
    if (used + width > columns) [rows, used] = [rows + 1, 0];
    used += width;
  }
  return rows;
}

const graphemes = new Intl.Segmenter();

/** Drawn at once, and without a wrapped line even where a terminal finds a character wider than we do. */
const unwrapped = (text: string): string => `\u001b[?2026h\u001b[?7l${text}\u001b[?7h\u001b[?2026l`;
