/** Receives the messages of the set-up and of the stack. */
export interface Reporter {
  /** A finished line. */
  report: (line: string) => void;
  /** The current phase of a part; undefined when the part has ended. Called about once a second. */
  progress?: ((part: string, now: Doing | undefined) => void) | undefined;
}

/** `text`: the phase with its details and the elapsed time. */
export interface Doing {
  phase: string;
  text: string;
}

/** Names the current phase; `detail` may change often within a phase. */
export type Say = (phase: string, detail?: string) => void;

export const elapsed = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** Reports the phase of `work` and its elapsed time until it ends. `work` names its phase with `say`. */
export async function whileWorking<T>(reporter: Reporter, part: string, work: (say: Say) => Promise<T>): Promise<T> {
  const started = Date.now();
  let now: { phase: string; detail: string | undefined } | undefined;
  const show = () => {
    if (!now) return;
    const { phase, detail } = now;
    const text = `${part}: ${phase}${detail ? ` ${detail}` : ''} · ${elapsed(Date.now() - started)}`;
    reporter.progress?.(part, { phase, text });
  };
  const ticker = setInterval(show, 1_000);
  try {
    return await work((phase, detail) => {
      now = { phase, detail };
      show();
    });
  } finally {
    clearInterval(ticker);
    if (now) reporter.progress?.(part, undefined);
  }
}

/** In a file, a line about the same phase is repeated after this long. */
const repeatMs = 60_000;

/** On a terminal, keeps the current phases in the last line. In a file, writes plain lines and repeats a phase each minute. */
export function terminalReporter(stream: NodeJS.WriteStream = process.stderr): Required<Reporter> {
  const underWay = new Map<string, string>();
  const written = new Map<string, { phase: string; at: number }>();
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
        written.delete(part);
        return;
      }
      const { phase, text } = now;
      underWay.set(part, text);
      if (live) return draw();
      // A file needs no new line for each new detail.
      const before = written.get(part);
      if (before?.phase === phase && Date.now() - before.at < repeatMs) return;
      written.set(part, { phase, at: Date.now() });
      stream.write(`${text}\n`);
    },
  };
}
