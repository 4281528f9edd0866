import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseJson } from './chat.ts';

const line = z.object({ key: z.string(), value: z.unknown() });

/**
 * What a model has answered, in a file of JSON lines that outlives an attempt: a step that is tried again asks only for the
 * rest. `key` is a digest of everything that the answer depends on.
 */
export class KeptAnswers {
  readonly #file: string;
  readonly #known: Map<string, unknown>;

  private constructor(file: string, known: Map<string, unknown>) {
    this.#file = file;
    this.#known = known;
  }

  static async open(file: string): Promise<KeptAnswers> {
    const text = await readFile(file, 'utf8').catch(() => '');
    // After a crash in the middle of a line, the next line must not join it.
    if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
    const lines = text.split('\n').flatMap((each) => line.safeParse(parseJson(each)).data ?? []);
    return new KeptAnswers(file, new Map(lines.map(({ key, value }) => [key, value])));
  }

  /** Undefined for an answer that is not known yet. */
  get(key: string): unknown {
    return this.#known.get(key);
  }

  async keep(key: string, value: unknown): Promise<void> {
    this.#known.set(key, value);
    await appendFile(this.#file, `${JSON.stringify({ key, value })}\n`);
  }
}
