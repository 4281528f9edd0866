import { setTimeout as delay } from 'node:timers/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { historyOf } from '../../core/promotions.ts';
import { OllamaServer } from '../ollama/server.ts';
import { readAllPromotions } from './promotion-ledger.ts';
import { holdServingName } from './serving-name.ts';

/** How often, and after how many milliseconds, an Ollama that is still starting is asked again. */
const [tries, pause] = [60, 5_000];

/**
 * Brings every move that a crash has cut off to its end, or back to its beginning. A worker does so when it starts: a
 * rollback that was typed has nobody who would try it again. Answers the names it found so.
 */
export async function settleMoves(store: string, ollama: string): Promise<string[]> {
  const server = new OllamaServer(ollama);
  const names = (await readAllPromotions(store)).flatMap(({ name, lines }) => (historyOf(lines).open ? [name] : []));
  for (const name of names) await patiently(() => holdServingName({ store, server, name }, async () => {}));
  return names;
}

async function patiently(work: () => Promise<void>): Promise<void> {
  for (let left = tries; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TemperError) || error.code !== 'OLLAMA_UNREACHABLE' || left <= 1) throw error;
      await delay(pause, undefined, { ref: false });
    }
  }
}
