import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, ollamaName, shortDigest } from '../../core/handles.ts';
import { type Begun, whyHeldBack } from '../../core/promotions.ts';
import type { Phase } from '../../core/reasons.ts';
import type { ModelEntry } from '../../services/ollama/messages.ts';
import { readServed } from '../../services/ollama/served-models.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { removeBeyondKeep } from '../../services/promotion/kept-models.ts';
import { factsOf } from '../../services/promotion/served-facts.ts';
import { holdServingName, type ServingName } from '../../services/promotion/serving-name.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import type { StepContext, StepDone } from '../engine/step-context.ts';

type Context = StepContext<'promote'>;

/**
 * Moves a serving tag to the candidate. A retry finds in the ledger of the name what its predecessor has done, and a
 * candidate that was rolled back is not served again by an unchanged night.
 */
export const promote = (deps: Deps) =>
  step('promote', deps, async (context) => {
    const { options, signal } = context;
    const server = new OllamaServer(deps.ollama.serving);
    const place = {
      store: deps.store.root,
      server,
      name: options.to,
      signal,
      onPhase: (phase: Phase) => context.progress({ phase }),
    };
    return await holdServingName(place, async (held) => {
      // Only now: what a crash has left of an earlier attempt is settled, even where the candidate is gone since.
      const candidate = await findCandidate(context, server);
      const { runId, step } = context.input;
      if (held.current?.digest !== candidate.digest) {
        const madeAt = (await readServed(deps.store.root, candidate.digest))?.createdAt;
        const stays = heldBack(options.to, held, { name: ollamaName(options.model), digest: candidate.digest, madeAt });
        if (stays) return stays;
        const facts = await factsOf(deps, runId, candidate.digest);
        await held.move({ by: 'promote', source: candidate, keep: options.keep, run: runId, step, ...facts });
      }
      const removed = await removeBeyondKeep(place, options.keep);
      const { last } = held.history;
      const isOwn = last?.by === 'promote' && last.run === runId && last.step === step;
      return served(options.to, candidate, isOwn ? last : undefined, removed);
    });
  });

/** The candidate by its name now; one that is not the model this run has judged is refused. */
async function findCandidate({ options, signal }: Context, server: OllamaServer): Promise<ModelEntry> {
  const name = ollamaName(options.model);
  const candidate = await server.find(name, signal);
  if (!candidate)
    throw new TemperError('MODEL_NOT_IN_OLLAMA', `the candidate ${name} is not in Ollama at ${server.url} any more`, {
      remedy: 'Start a new run; the import step makes it again.',
    });
  if (candidate.digest !== options.model.digest)
    throw new TemperError(
      'INPUT_CHANGED',
      `${name} is not the model this run has judged: ${shortDigest(options.model.digest)} was, ${shortDigest(candidate.digest)} is there now`,
    );
  return candidate;
}

const handleOf = (name: string, { digest, size }: ModelEntry): Handle => ({
  kind: 'ollama',
  uri: `ollama:${name}`,
  digest,
  size,
});

/** `moved`: the move of this very step, if it was one. */
function served(
  to: string,
  candidate: ModelEntry,
  moved: Begun | undefined,
  removed: readonly string[],
): StepDone<'promote'> {
  const { digest } = candidate;
  const changed = moved !== undefined;
  const was = moved?.kept ? `; what it was before is kept as ${moved.kept}` : '';
  const gone = removed.length > 0 ? `; beyond \`keep\`, so removed: ${removed.join(', ')}` : '';
  return {
    outputs: { model: handleOf(to, candidate), digest, replaced: moved?.kept ?? '', changed },
    summary: `${to} ${changed ? 'is now' : 'was'} ${shortDigest(digest)}${changed ? was : ' already'}${gone}`,
  };
}

/** Nothing is moved, so what the name stands for is what it was. */
function heldBack(
  to: string,
  { history, current }: ServingName,
  candidate: { name: string; digest: string; madeAt: string | undefined },
): StepDone<'promote'> | undefined {
  const why = whyHeldBack(history, candidate, current?.digest);
  if (!why || !current) return undefined;
  const { digest } = current;
  const { run } = history.models.get(candidate.digest)?.facts ?? {};
  const command = run === undefined ? `ollama cp ${candidate.name} ${to}` : `temper rollback ${to} --to ${run}`;
  return {
    outputs: { model: handleOf(to, current), digest, replaced: '', changed: false },
    summary: `${to} stays ${shortDigest(digest)}: ${shortDigest(candidate.digest)} ${why}; \`${command}\` serves it all the same`,
  };
}
