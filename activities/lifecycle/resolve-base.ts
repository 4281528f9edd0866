import { readFile } from 'node:fs/promises';
import type { ErrorCode } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { baseSource } from '../../core/kinds/options/base-source.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { dequantize } from '../bases/gguf-base.ts';
import { locateGguf } from '../bases/locate-gguf.ts';
import type { Deps } from '../engine/deps.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';

/**
 * The commit of a Hub name, or the digest of the files of one on ModelScope; without a network the last one that this home
 * saw, marked `offline`. A GGUF file is made into a base model here, so that what it cannot become is known before any step.
 */
export async function resolveBase(
  deps: Deps,
  base: string,
  trainer: TrainerContext & { progress: (progress: Progress) => void },
): Promise<Pins['bases'][string]> {
  const source = baseSource(base);
  if (source.from === 'gguf' || source.from === 'ollama') {
    const file = await locateGguf(deps, base, trainer.signal);
    return { revision: file.digest, ...(await dequantize(trainer, file)) };
  }
  if (source.from === 'folder') throw new Error(`${base} is a folder, which means nothing but itself`);
  const { name, revision = null } = source;
  const memory = `${deps.pins}/bases.json`;
  const seen = await readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, string>,
    () => ({}) as Record<string, string>,
  );
  try {
    const resolved =
      source.from === 'hub'
        ? await runTrainer(trainer, 'fetch', { action: 'resolve', name, revision })
        : await runTrainer(trainer, 'modelscope', { action: 'resolve', name, revision, files_digest: null });
    await writeDurably(memory, JSON.stringify({ ...seen, [base]: resolved.revision }));
    return {
      revision: resolved.revision,
      ...(resolved.architecture ? { architecture: resolved.architecture } : {}),
      ...(resolved.offline ? { offline: true } : {}),
    };
  } catch (error) {
    // A full commit needs no lookup; a branch means what it meant when it was last seen.
    const last = revision && /^[0-9a-f]{40}$/.test(revision) ? revision : seen[base];
    if (error instanceof TemperError && isAway(error.code) && last) return { revision: last, offline: true };
    throw error;
  }
}

/** Whether what was seen last may stand for what the Hub says. */
export const isAway = (code: ErrorCode) => code === 'HUB_UNREACHABLE' || code === 'HUB_FORBIDDEN';
