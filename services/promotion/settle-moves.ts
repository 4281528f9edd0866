import { historyOf } from '../../core/promotions.ts';
import { OllamaServer } from '../ollama.ts';
import { readAllPromotions } from './ledger.ts';
import { holdServingName } from './serving-name.ts';

/**
 * Brings every move that a crash has cut off to its end, or back to its beginning. A worker does so when it starts: a
 * rollback that was typed has nobody who would try it again. Answers the names it found so, and throws where Ollama is away.
 */
export async function settleMoves(store: string, ollama: string): Promise<string[]> {
  const server = new OllamaServer(ollama);
  const names = (await readAllPromotions(store)).flatMap(({ name, lines }) => (historyOf(lines).open ? [name] : []));
  for (const name of names) await holdServingName({ store, server, name }, async () => {});
  return names;
}
