/** How set-up and the stack talk to a person. */
export interface Reporter {
  /** A finished line. */
  report: (line: string) => void;
  /** What a part does just now; undefined when it has ended. Called about once a second. */
  progress?: ((part: string, now: Doing | undefined) => void) | undefined;
}

/** `text`: the phase with its details and the elapsed time. */
export interface Doing {
  phase: string;
  text: string;
}

/** Names the present phase; `detail` may change many times in it. */
export type Say = (phase: string, detail?: string) => void;

export const elapsed = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** Tells what `work` does, with its elapsed time, until it ends. `say` names the present phase. */
export async function whileWorking<T>(reporter: Reporter, part: string, work: (say: Say) => Promise<T>): Promise<T> {
  const started = Date.now();
  let now: { phase: string; detail: string | undefined } | undefined;
  const tell = () => {
    if (!now) return;
    const { phase, detail } = now;
    const text = `${part}: ${phase}${detail ? ` ${detail}` : ''} · ${elapsed(Date.now() - started)}`;
    reporter.progress?.(part, { phase, text });
  };
  const ticker = setInterval(tell, 1_000);
  try {
    return await work((phase, detail) => {
      now = { phase, detail };
      tell();
    });
  } finally {
    clearInterval(ticker);
    if (now) reporter.progress?.(part, undefined);
  }
}

/** Milliseconds between two lines about the same phase where output goes to a file. */
const quietly = 60_000;

/** Writes to a terminal, the last line being what is under way; to a file, plain lines and a sign of life each minute. */
export function terminalReporter(stream: NodeJS.WriteStream = process.stderr): Required<Reporter> {
  const underWay = new Map<string, string>();
  const told = new Map<string, { phase: string; at: number }>();
  const live = stream.isTTY === true;
  const draw = () => {
    const text = [...underWay.values()].join('   ');
    stream.write(`\r\u001b[2K${text.slice(0, (stream.columns || 120) - 1)}`);
  };
  return {
    report(line) {
      stream.write(live && underWay.size > 0 ? `\r\u001b[2K${line}\n` : `${line}\n`);
      if (live && underWay.size > 0) draw();
    },
    progress(part, now) {
      if (now === undefined) {
        if (underWay.delete(part) && live) draw();
        told.delete(part);
        return;
      }
      const { phase, text } = now;
      underWay.set(part, text);
      if (live) return draw();
      // A file wants no line for each detail.
      const before = told.get(part);
      if (before?.phase === phase && Date.now() - before.at < quietly) return;
      told.set(part, { phase, at: Date.now() });
      stream.write(`${text}\n`);
    },
  };
}
