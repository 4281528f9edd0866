import { readFile } from 'node:fs/promises';
import type { ErrorCode } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Pins } from '../../protocol/activities.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';

/** The commit of a Hub name. Without a network it is the last one that this home saw, marked `offline`. */
export async function resolveBase(deps: Deps, base: string, trainer: TrainerContext): Promise<Pins['bases'][string]> {
  const [name, revision] = base.split('@');
  const memory = `${deps.pins}/bases.json`;
  const seen = await readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, string>,
    () => ({}) as Record<string, string>,
  );
  try {
    const resolved = await runTrainer(trainer, 'fetch', { action: 'resolve', name: name!, revision: revision ?? null });
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

const isAway = (code: ErrorCode) => code === 'HUB_UNREACHABLE' || code === 'HUB_FORBIDDEN';
