import { type Begun, findRollbackTarget, type ServedOnce } from '../../core/promotions.ts';
import { holdServingName, type Place, type ServingName } from './serving-name.ts';

export type RolledBack =
  | { how: 'moved'; move: Begun; from: ServedOnce | undefined }
  /** The name already points to it. */
  | { how: 'already'; digest: string }
  /** Ollama has none of the models served before. */
  | { how: 'nothing left' }
  /** Ollama no longer has the model that the run promoted. */
  | { how: 'gone'; digest: string }
  /** No such run has moved this name; `runs` have, the newest last. */
  | { how: 'unknown run'; runs: readonly string[] };

/**
 * Moves a serving name back to the previous model that Ollama still has, or to the model that `run` promoted, older or
 * newer. `run`: a run id, or an unambiguous beginning of one.
 */
export async function rollBack(place: Place, run?: string): Promise<RolledBack> {
  return await holdServingName(place, async (held) => {
    const models = await place.server.models(place.signal);
    const digest = run === undefined ? undefined : promotedBy(held, run);
    if (run !== undefined && digest === undefined)
      return { how: 'unknown run', runs: [...held.history.promotedBy.keys()] };
    const { current, history } = held;
    if (digest !== undefined && digest === current?.digest) return { how: 'already', digest };
    const isThere = (each: string) => models.some((model) => model.digest === each);
    const to = digest ?? findRollbackTarget(history, current?.digest, isThere);
    if (to === undefined) return { how: 'nothing left' };
    const tags = models.filter((model) => model.digest === to).map(({ name }) => name);
    // Prefer the kept tag: only temper moves it.
    const name = tags.find((tag) => /:temper-kept-[0-9a-f]+$/.test(tag)) ?? tags[0];
    if (name === undefined) return { how: 'gone', digest: to };
    const facts = history.models.get(to)?.facts ?? {};
    const move = await held.move({ by: 'rollback', source: { name, digest: to }, ...facts });
    return { how: 'moved', move, from: current && history.models.get(current.digest) };
  });
}

function promotedBy({ history }: ServingName, run: string): string | undefined {
  const whole = history.promotedBy.get(run);
  if (whole !== undefined) return whole;
  const fitting = [...history.promotedBy].filter(([id]) => id.startsWith(run));
  return fitting.length === 1 ? fitting[0]![1] : undefined;
}
