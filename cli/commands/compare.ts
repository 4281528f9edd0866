import { openHome } from '../../services/machine/home.ts';
import { compareQuestion, questionLine } from '../comparison/compare-question.ts';
import { findCompared } from '../comparison/find-compared.ts';
import { questionLoop, untilInterrupted } from '../comparison/question-loop.ts';
import { openSessionIfUp } from '../runs/session.ts';
import { UserError } from '../user-error.ts';

interface CompareOptions {
  question?: string;
  system?: string;
  maxTokens?: string;
  json?: boolean;
}

/** Asks the models of a run, or models by name, the same question and shows their answers side by side. */
export async function compare(words: readonly string[], options: CompareOptions): Promise<number> {
  const { named, question } = readWords(words, options.question);
  const { system, json } = options;
  const home = openHome();
  const session = await openSessionIfUp();
  const maxTokens = options.maxTokens === undefined ? undefined : readMaxTokens(options.maxTokens);
  const given = { ...(system === undefined ? {} : { system }), ...(maxTokens === undefined ? {} : { maxTokens }) };
  const compared = await findCompared({ home, session }, named, given).finally(() => session?.close());
  if (question === undefined) {
    if (process.stdin.isTTY && !json)
      process.stderr.write(
        `${compared.models.map(({ name }) => name).join(', ')}\nOne question at a time; Ctrl-D ends\n`,
      );
    return await questionLoop(compared, { json });
  }
  if (!json) process.stdout.write(`${questionLine(question)}\n`);
  return await untilInterrupted((signal) => compareQuestion(compared, question, { json, signal }));
}

/**
 * A word with spaces is the question wherever it stands, for no run and no model has such a name. So is the last word if it
 * cannot be a name either.
 */
export function readWords(words: readonly string[], question?: string): { named: string[]; question?: string } {
  const spaced = [...words.filter((word) => /\s/.test(word)), ...(question === undefined ? [] : [question])];
  if (spaced.length > 1)
    throw new UserError(`two questions: ${spaced.map((each) => `"${each}"`).join(' and ')}`, {
      hint: 'without a question on the command line, `compare` reads one after another',
    });
  const [asked] = spaced;
  if (asked !== undefined) return { named: orLatest(words.filter((word) => !/\s/.test(word))), question: asked };
  const last = words.at(-1);
  if (last === undefined || /^[@\w][\w./:@+-]*$/.test(last)) return { named: orLatest(words) };
  return { named: orLatest(words.slice(0, -1)), question: last };
}

const orLatest = (named: readonly string[]) => (named.length === 0 ? ['@latest'] : [...named]);

function readMaxTokens(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new UserError(`--max-tokens must be a whole number above 0, got "${text}"`);
}
