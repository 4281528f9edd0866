import { type Begun, moveBack, type ServedOnce } from '../../core/promotions.ts';
import { holdServingName, type Place, type ServingName } from './serving-name.ts';

export type RolledBack =
  | { how: 'moved'; move: Begun; from: ServedOnce | undefined }
  /** The name stands for it already. */
  | { how: 'already'; digest: string }
  /** Ollama has none of what was served before. */
  | { how: 'nothing left' }
  /** Ollama no longer has what that run promoted. */
  | { how: 'gone'; digest: string }
  /** No run of that name has moved this one; `runs` have, the newest last. */
  | { how: 'unknown run'; runs: readonly string[] };

/**
 * One move back: to what was served before and is still there, or to what the given run promoted, be it older or newer.
 * `run`: its id, or the unmistakable beginning of it.
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
    const to = digest ?? moveBack(history, current?.digest, isThere);
    if (to === undefined) return { how: 'nothing left' };
    const tags = models.filter((model) => model.digest === to).map(({ name }) => name);
    // Its own tag before any other: nobody but temper gives that one another meaning.
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
