import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

// A package of the older module format, whose names a static import does not see.
const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless');

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
  const child = spawn('python3', ['-c', inTerminal, command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const terminal = new EmulatedTerminal();
  for (const chunk of chunks) await terminal.write(chunk);
  return { code, lines: await terminal.lines() };
}

/** A terminal of 80 columns and 30 rows that interprets what is written to it. */
export class EmulatedTerminal {
  readonly #terminal = new Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });

  /** For code that writes to `process.stdout`. */
  get stream(): NodeJS.WriteStream {
    const terminal = this.#terminal;
    const stream = {
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

  async resize(width: number): Promise<void> {
    await this.write('');
    this.#terminal.resize(width, rows);
  }

  /** What stands on the screen and above it, without the empty lines at the end. */
  async lines(): Promise<string[]> {
    await this.write('');
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd().split('\n');
  }
}
