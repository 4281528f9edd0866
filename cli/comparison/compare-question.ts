import color from 'picocolors';
import { askTogether, type Said } from '../../services/ollama/ask-together.ts';
import { printJsonLine } from '../json/print-json.ts';
import { printable } from '../view/text/printable.ts';
import { type Column, sideBySide } from '../view/text/side-by-side.ts';
import { columnsAtEnd, columnsNow } from './answer-columns.ts';
import type { Compared } from './compared.ts';

/** A pipe has no width; 100 columns hold two answers. */
const usualColumns = 100;
const drawEveryMs = 80;

/**
 * Asks all models one question and shows the answers side by side: in a terminal while they come, and with the differences
 * marked at the end. Returns the exit code: 1 if a model did not answer.
 */
export async function compareQuestion(
  { server, models, asking }: Compared,
  question: string,
  { json, signal }: { json?: boolean | undefined; signal: AbortSignal },
): Promise<number> {
  const names = models.map(({ name }) => name);
  const live = json ? undefined : await LiveAnswers.open(models);
  let said: Said[];
  try {
    const onChange = (each: readonly Said[]) => live?.change(each);
    said = await askTogether(server, names, question, { asking, signal, onChange });
  } finally {
    live?.close();
  }
  if (json) printJsonLine('compare', answersAsData({ models, asking }, question, said));
  else {
    const columns = columnsAtEnd(models, said, asking.maxTokens);
    process.stdout.write(`${linesOf(columns, process.stdout.columns || usualColumns).join('\n')}\n`);
  }
  return said.every(({ answer }) => answer) ? 0 : 1;
}

const linesOf = (columns: readonly Column[], width: number) => sideBySide(columns, width);

/** The shape of `--json`: one object for each question. */
function answersAsData(
  { models, asking }: Pick<Compared, 'models' | 'asking'>,
  question: string,
  said: readonly Said[],
) {
  const { maxTokens, seed, system, think } = asking;
  return {
    question,
    options: { max_tokens: maxTokens, seed, system: system ?? null, think },
    answers: models.map((model, at) => {
      const { text, thoughts, answer, failure } = said[at]!;
      return {
        ...model,
        text,
        ...(thoughts.trim() === '' ? {} : { thoughts: thoughts.trim() }),
        ...(answer ? { end: answer.end, tokens: answer.tokens } : { failure: failure?.message ?? 'no answer' }),
      };
    }),
  };
}

/** The answers while they come. Only a terminal shows them. */
class LiveAnswers {
  readonly #models: Compared['models'];
  readonly #screen: InstanceType<typeof import('../view/live/screen.ts').LiveScreen>;
  readonly #timer: NodeJS.Timeout;
  #said: readonly Said[] = [];
  #isDrawn = true;

  static async open(models: Compared['models']): Promise<LiveAnswers | undefined> {
    if (!process.stdout.isTTY) return undefined;
    const { LiveScreen } = await import('../view/live/screen.ts');
    return new LiveAnswers(models, new LiveScreen());
  }

  private constructor(models: Compared['models'], screen: LiveAnswers['screen']) {
    this.#models = models;
    this.#screen = screen;
    this.change(models.map(() => ({ state: 'loading', text: '', thoughts: '' })));
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), drawEveryMs);
  }

  get screen() {
    return this.#screen;
  }

  change(said: readonly Said[]): void {
    this.#said = said;
    this.#isDrawn = false;
  }

  #draw(): void {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    this.#screen.draw(({ columns }) => linesOf(columnsNow(this.#models, this.#said), columns));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#screen.erase();
  }
}

/** The line above the answers of a question that was given with the command. */
export const questionLine = (question: string): string => `${color.bold(printable(question))}\n`;
