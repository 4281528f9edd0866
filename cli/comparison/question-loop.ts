import { createInterface } from 'node:readline/promises';
import { compareQuestion } from './compare-question.ts';
import type { Compared } from './compared.ts';

/** Asks question after question, until the input ends. In a terminal Ctrl-C ends an answer, and at the prompt the command. */
export async function questionLoop(compared: Compared, { json }: { json?: boolean | undefined }): Promise<number> {
  let exitCode = 0;
  const ask = async (question: string) => {
    exitCode = Math.max(
      exitCode,
      await untilInterrupted((signal) => compareQuestion(compared, question, { json, signal })),
    );
  };
  if (!process.stdin.isTTY) {
    for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== '') await ask(line.trim());
    return exitCode;
  }
  let history: string[] = [];
  for (;;) {
    const question = await readQuestion(history);
    if (question === undefined) return exitCode;
    if (question === '') continue;
    history = [question, ...history];
    await ask(question);
  }
}

/** One prompt: an interface that stays open would take Ctrl-C, and echo keys, while models answer. */
async function readQuestion(history: readonly string[]): Promise<string | undefined> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr, history: [...history] });
  try {
    return await new Promise<string | undefined>((resolve) => {
      prompt.once('close', () => resolve(undefined));
      prompt.question('\n? ').then(
        (line) => resolve(line.trim()),
        () => resolve(undefined),
      );
    });
  } finally {
    prompt.close();
  }
}

/** Runs until it ends or Ctrl-C comes; exit code 130 for that. */
export async function untilInterrupted(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.on('SIGINT', interrupt);
  try {
    return await run(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
