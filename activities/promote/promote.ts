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
 * Moves a serving name to the candidate. A retry reads in the name's ledger what its predecessor did. A candidate that was
 * rolled back is not served again by a run that changes nothing.
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
      // Not earlier: `holdServingName` first settles a crashed attempt, even if the candidate is missing by now.
      const candidate = await findCandidate(context, server);
      const { runId, step } = context.input;
      if (held.current?.digest !== candidate.digest) {
        const madeAt = (await readServed(deps.store.root, candidate.digest))?.createdAt;
        const known = { name: ollamaName(options.model), digest: candidate.digest, madeAt };
        const heldBack = heldBackResult(options.to, held, known);
        if (heldBack) return heldBack;
        const facts = await factsOf(deps, runId, candidate.digest);
        await held.move({ by: 'promote', source: candidate, keep: options.keep, run: runId, step, ...facts });
      }
      const removed = await removeBeyondKeep(place, options.keep);
      const { last } = held.history;
      const isOwn = last?.by === 'promote' && last.run === runId && last.step === step;
      return servedResult(options.to, candidate, isOwn ? last : undefined, removed);
    });
  });

/** Finds the candidate by its present name. Throws INPUT_CHANGED if it is not the model that this run has evaluated. */
async function findCandidate({ options, signal }: Context, server: OllamaServer): Promise<ModelEntry> {
  const name = ollamaName(options.model);
  const candidate = await server.find(name, signal);
  if (!candidate)
    throw new TemperError('MODEL_NOT_IN_OLLAMA', `the candidate ${name} is no longer in Ollama at ${server.url}`, {
      remedy: 'Start a new run; its import step creates the candidate again.',
    });
  if (candidate.digest !== options.model.digest)
    throw new TemperError(
      'INPUT_CHANGED',
      `${name} is no longer the model that this run promotes: it was ${shortDigest(options.model.digest)}, and is ${shortDigest(candidate.digest)} now`,
    );
  return candidate;
}

const handleOf = (name: string, { digest, size }: ModelEntry): Handle => ({
  kind: 'ollama',
  uri: `ollama:${name}`,
  digest,
  size,
});

/** The result of a name that serves the candidate. `moved`: the move by this step, if it made one. */
function servedResult(
  to: string,
  candidate: ModelEntry,
  moved: Begun | undefined,
  removed: readonly string[],
): StepDone<'promote'> {
  const { digest } = candidate;
  const changed = moved !== undefined;
  const kept = moved?.kept ? `; the replaced model is kept as ${moved.kept}` : '';
  const dropped = removed.length > 0 ? `; removed beyond \`keep\`: ${removed.join(', ')}` : '';
  return {
    outputs: { model: handleOf(to, candidate), digest, replaced: moved?.kept ?? '', changed },
    summary: `${to} ${changed ? 'is now' : 'was already'} ${shortDigest(digest)}${changed ? kept : ''}${dropped}`,
  };
}

/** The result of a name that does not move, because the candidate must not be served; undefined if it may be. */
function heldBackResult(
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
    summary: `${to} stays ${shortDigest(digest)}: ${shortDigest(candidate.digest)} ${why}; \`${command}\` serves it anyway`,
  };
}
