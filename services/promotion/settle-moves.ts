import { setTimeout as delay } from 'node:timers/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { historyOf } from '../../core/promotions.ts';
import { OllamaServer } from '../ollama/server.ts';
import { readAllPromotions } from './promotion-ledger.ts';
import { holdServingName } from './serving-name.ts';

/** Ollama may still be starting when a worker starts. */
const [maxTries, pauseMs] = [60, 5_000];

/**
 * Completes or undoes every move that a crash interrupted, and returns the names. A worker does this when it starts:
 * nothing else would retry a rollback from the command line.
 */
export async function settleMoves(store: string, ollama: string): Promise<string[]> {
  const server = new OllamaServer(ollama);
  const names = (await readAllPromotions(store)).flatMap(({ name, lines }) => (historyOf(lines).open ? [name] : []));
  for (const name of names) await retryWhileUnreachable(() => holdServingName({ store, server, name }, async () => {}));
  return names;
}

async function retryWhileUnreachable(work: () => Promise<void>): Promise<void> {
  for (let left = maxTries; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TemperError) || error.code !== 'OLLAMA_UNREACHABLE' || left <= 1) throw error;
      await delay(pauseMs, undefined, { ref: false });
    }
  }
}
