import { readFile } from 'node:fs/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { HubRows } from '../../core/kinds/options/hub-rows.ts';
import type { PinnedRows } from '../../protocol/activities.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';
import { isAway } from './resolve-base.ts';

type Seen = Readonly<Record<string, Pick<PinnedRows, 'revision' | 'files'>>>;

/**
 * The commit of a dataset of the Hub and the files of it that hold the rows; without a network those that this home saw
 * last, marked `offline`.
 */
export async function resolveHubRows(deps: Deps, rows: HubRows, trainer: TrainerContext): Promise<PinnedRows> {
  const { name, revision = null, split = null, files = null } = rows;
  const memory = `${deps.pins}/datasets.json`;
  const seen = await readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as Seen,
    (): Seen => ({}),
  );
  try {
    const found = await runTrainer(trainer, 'fetch_rows', { name, revision, split, files, chosen: null });
    const pinned = { revision: found.revision, files: found.files };
    await writeDurably(memory, JSON.stringify({ ...seen, [rows.id]: pinned }));
    return pinned;
  } catch (error) {
    const last = seen[rows.id];
    if (error instanceof TemperError && isAway(error.code) && last) return { ...last, offline: true };
    throw error;
  }
}
