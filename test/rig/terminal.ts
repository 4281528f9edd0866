import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

// Packages of the older module format, whose names a static import does not see.
const required = createRequire(import.meta.url);
const { Terminal } = required('@xterm/headless') as typeof import('@xterm/headless');
const { Unicode11Addon } = required('@xterm/addon-unicode11') as typeof import('@xterm/addon-unicode11');

const [columns, rows] = [80, 30];

/** Starts a program in a pseudo-terminal of 80 columns and 30 rows and hands its output on, as bytes. */
const inTerminal = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ${rows}, ${columns}, 0, 0))
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Runs a program in a terminal to its end; returns its exit code and the lines that remain on the screen and above it. */
export async function screenOf(
  command: string,
  args: readonly string[],
): Promise<{ code: number | null; lines: string[] }> {
  // In the log of a CI nothing is drawn again.
  const env = { ...process.env, CI: '', TERM: 'xterm-256color' };
  const child = spawn('python3', ['-c', inTerminal, command, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const terminal = new EmulatedTerminal();
  for (const chunk of chunks) await terminal.write(chunk);
  return { code, lines: await terminal.lines() };
}

/** A terminal that interprets what is written to it, with emoji two columns wide as those of today have them. */
export class EmulatedTerminal {
  readonly #terminal: InstanceType<typeof Terminal>;
  readonly #events = new EventEmitter();

  constructor(size = { columns, rows }) {
    const fixed = { scrollback: 1000, allowProposedApi: true };
    this.#terminal = new Terminal({ cols: size.columns, rows: size.rows, ...fixed });
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
  }

  /** For code that writes to `process.stdout`. */
  get stream(): NodeJS.WriteStream {
    const terminal = this.#terminal;
    const events = this.#events;
    const stream = {
      on: (name: string, listener: () => void) => events.on(name, listener),
      removeListener: (name: string, listener: () => void) => events.removeListener(name, listener),
      isTTY: true,
      get columns() {
        return terminal.cols;
      },
      get rows() {
        return terminal.rows;
      },
      // A terminal's driver makes a carriage return of each line feed.
      write: (text: string) => terminal.write(text.replaceAll('\n', '\r\n')),
    };
    return stream as unknown as NodeJS.WriteStream;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#terminal.write(chunk, resolve));
  }

  /** Its program hears of it, as by SIGWINCH. */
  async resize(width: number, height = this.#terminal.rows): Promise<void> {
    await this.write('');
    this.#terminal.resize(width, height);
    this.#events.emit('resize');
    await this.write('');
  }

  /** The rows, as `lines` counts them, in which a line goes on that was too long for one. */
  async wrapped(): Promise<number[]> {
    await this.write('');
    const { active } = this.#terminal.buffer;
    return Array.from({ length: active.length }, (_, at) => at).filter((at) => active.getLine(at)?.isWrapped);
  }

  /** What stands on the screen and above it, without the empty lines at the end. */
  async lines(): Promise<string[]> {
    await this.write('');
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd().split('\n');
  }
}
