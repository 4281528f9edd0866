import { randomUUID } from 'node:crypto';
import { TemperError } from '../../core/errors/temper-error.ts';
import { shortDigest } from '../../core/handles.ts';
import { type Begun, type Ended, type History, historyOf, type ServedFacts } from '../../core/promotions.ts';
import type { Phase } from '../../core/reasons.ts';
import { claimPatiently } from '../machine/claim.ts';
import type { ModelEntry } from '../ollama/messages.ts';
import type { OllamaServer } from '../ollama/server.ts';
import { keptName, repositoryOf } from './kept-models.ts';
import { appendPromotion, readPromotions } from './promotion-ledger.ts';

export interface Place {
  /** Root of the artifact store, where the ledgers lie. */
  store: string;
  server: OllamaServer;
  /** The serving name. */
  name: string;
  signal?: AbortSignal;
  /** Called with the current phase. */
  onPhase?: (phase: Phase) => void;
}

interface Move extends ServedFacts {
  by: Begun['by'];
  /** The model that the name will point to. */
  source: { name: string; digest: string };
  keep?: number;
}

/**
 * Runs `body` while no other process of this machine can move the serving name. Settles an interrupted earlier move
 * first. Names that differ only by their tag wait for each other: they share kept tags.
 */
export async function holdServingName<T>(place: Place, body: (held: ServingName) => Promise<T>): Promise<T> {
  const waiting = () => place.onPhase?.({ code: 'other_move', facts: { name: place.name } });
  const claim = await claimPatiently(`promotion ${place.store} ${repositoryOf(place.name)}`, waiting, place.signal);
  try {
    return await body(await ServingName.open(place));
  } finally {
    await claim.release();
  }
}

/** A serving name with its history and the model it points to now. */
export class ServingName {
  readonly #place: Place;
  history: History;
  current: ModelEntry | undefined;
  private constructor(place: Place, history: History, current: ModelEntry | undefined) {
    this.#place = place;
    this.history = history;
    this.current = current;
  }

  static async open(place: Place): Promise<ServingName> {
    const { store, server, name, signal } = place;
    const opened = new ServingName(
      place,
      historyOf(await readPromotions(store, name)),
      await server.find(name, signal),
    );
    const { open } = opened.history;
    if (open) await opened.#end(open, await opened.#settle(open));
    return opened;
  }

  /**
   * Moves the name in one copy and reads it back; the replaced model first gets a tag of its own. A crash may follow any
   * call, so the ledger gets a line before the first call and one after the last.
   */
  async move({ by, source, keep, ...facts }: Move): Promise<Begun> {
    const { store, server, name, signal, onPhase } = this.#place;
    const { current } = this;
    const kept = current ? keptName(name, current.digest) : null;
    const begun: Begun = {
      event: 'begun',
      id: randomUUID(),
      at: new Date().toISOString(),
      by,
      name,
      from: current?.digest ?? null,
      to: source.digest,
      source: source.name,
      kept,
      ...(keep === undefined ? {} : { keep }),
      ...facts,
    };
    await appendPromotion(store, name, begun);
    if (kept && current) {
      onPhase?.({ code: 'keeping', facts: { name, as: kept } });
      if ((await server.find(kept, signal))?.digest !== current.digest) await server.copy(name, kept, signal);
      await this.#expect(kept, current.digest);
    }
    onPhase?.({ code: 'moving', facts: { name } });
    await server.copy(source.name, name, signal);
    const found = await server.find(name, signal);
    if (found?.digest !== source.digest) {
      await this.#putBack(begun, found?.digest);
      await this.#end(begun, 'not moved');
      throw changed(name, source.digest, found?.digest);
    }
    await this.#end(begun, 'moved');
    return begun;
  }

  async #end(begun: Begun, how: Ended['how']): Promise<void> {
    const { store, server, name, signal } = this.#place;
    await appendPromotion(store, name, { event: 'ended', id: begun.id, at: new Date().toISOString(), how });
    this.history = historyOf(await readPromotions(store, name));
    this.current = await server.find(name, signal);
  }

  /** Finds out from Ollama how an interrupted move ended, and repairs a name that a kill during the copy left missing. */
  async #settle(open: Begun): Promise<Ended['how']> {
    const { server, name, signal } = this.#place;
    const current = this.current?.digest;
    if (current === open.to) return 'moved';
    if ((current ?? null) === open.from) return 'not moved';
    if (current !== undefined) {
      if (open.kept) await this.#putBack(open, current);
      return 'not moved';
    }
    const models = await server.models(signal);
    for (const digest of [open.to, open.from]) {
      const there = models.find((model) => model.digest === digest);
      if (!there) continue;
      await server.copy(there.name, name, signal);
      await this.#expect(name, there.digest);
      return digest === open.to ? 'moved' : 'not moved';
    }
    return 'not moved';
  }

  /**
   * Undoes a copy of the wrong model: another import may take over the candidate's name between the check and the copy,
   * and the name would serve an unjudged model. Leaves a model alone that came from elsewhere.
   */
  async #putBack(begun: Begun, found: string | undefined): Promise<void> {
    const { server, name, signal } = this.#place;
    if (found === undefined || (await server.find(begun.source, signal))?.digest !== found) return;
    if (!begun.kept) return await server.delete(name, signal);
    if ((await server.find(begun.kept, signal))?.digest === begun.from) await server.copy(begun.kept, name, signal);
  }

  async #expect(name: string, digest: string): Promise<void> {
    const found = (await this.#place.server.find(name, this.#place.signal))?.digest;
    if (found !== digest) throw changed(name, digest, found);
  }
}

function changed(name: string, wanted: string, found: string | undefined): TemperError {
  return new TemperError(
    'OLLAMA_FAILED',
    `after the copy, ${name} is ${found ? shortDigest(found) : 'missing'}, expected ${shortDigest(wanted)}; another program may be changing it`,
  );
}
