import { createInterface } from 'node:readline/promises';
import color from 'picocolors';

export interface Asking {
  question: string;
  /** Taken if a person only presses Enter. */
  usual: string;
  /** Offered by number. */
  choices?: readonly { value: string; label: string }[];
  /** What is wrong with an answer. */
  problem?: (answer: string) => string | undefined;
}

/** Asks on the terminal, one after the other. Where the input ends, the usual answers are taken. */
export async function ask(
  questions: readonly Asking[],
  streams: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<string[]> {
  const terminal = createInterface(streams);
  const ended = new AbortController();
  terminal.once('close', () => ended.abort());
  try {
    const answers: string[] = [];
    for (const question of questions) answers.push(await answerTo(question, (text) => terminal.question(text, ended)));
    return answers;
  } finally {
    terminal.close();
  }
}

async function answerTo(asking: Asking, prompt: (text: string) => Promise<string>): Promise<string> {
  const { question, usual, choices = [], problem } = asking;
  const listed = choices.map(({ label }, index) => `  ${index + 1}  ${label}\n`).join('');
  for (let text = `${color.bold(question)} ${color.dim(`[${usual}]`)}\n${listed}> `; ; ) {
    const given = (await prompt(text).catch(() => '')).trim();
    const answer = given === '' ? usual : (choices[Number(given) - 1]?.value ?? given);
    const wrong = problem?.(answer);
    if (wrong === undefined) return answer;
    text = `${wrong}\n> `;
  }
}
