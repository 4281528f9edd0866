import { type HubRows, hubRows, isHubRows } from '../../core/kinds/options/hub-rows.ts';
import type { PinnedRows, Pins } from '../../protocol/activities.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';
import type { Deps, WorkContext } from '../engine/deps.ts';
import { openPinned } from '../engine/pinned-files.ts';
import { resolveHubRows } from '../lifecycle/resolve-hub-rows.ts';
import { runTrainer } from '../process/run-trainer.ts';

/** Files of rows as the trainer takes them, and where they come from if it is the Hub. */
interface OpenedRows {
  source: string;
  parts: string[] | null;
  origin?: string;
}

/** Brings rows to this host: a file that the run has pinned, or the files of a dataset of the Hub at the pinned commit. */
export async function openRows(
  context: WorkContext,
  options: { source: string; split?: string | undefined; files?: string | undefined },
  pins: Pins,
): Promise<OpenedRows> {
  const { deps } = context;
  const { source, split, files } = options;
  if (!isHubRows(source)) return { source: await openPinned(deps, source, pins), parts: null };
  const rows = hubRows({
    source,
    ...(split === undefined ? {} : { split }),
    ...(files === undefined ? {} : { files }),
  });
  const pinned = await pinnedRows(deps, rows, context, pins);
  const onEvent = (event: TrainerEvent) => {
    if (event.event !== 'downloading') return;
    const { bytes, total_bytes: total } = event;
    context.progress({
      phase: { code: 'downloading', facts: { name: rows.name, bytes, total } },
      ...(total > 0 ? { fraction: bytes / total } : {}),
    });
  };
  const job = { name: rows.name, revision: pinned.revision, split: null, files: null, chosen: [...pinned.files] };
  const { path } = await runTrainer(context, 'fetch_rows', job, { onEvent });
  const origin = originOf(rows, pinned);
  await context.log(`${origin}: ${pinned.files.map(({ name }) => name).join(', ')}`);
  return { source: path!, parts: pinned.files.map(({ name }) => name), origin };
}

/** A step whose option only the run knew has nothing pinned. */
const pinnedRows = async (deps: Deps, rows: HubRows, context: WorkContext, pins: Pins): Promise<PinnedRows> =>
  pins.datasets?.[rows.id] ?? (await resolveHubRows(deps, rows, context));

const originOf = ({ name }: HubRows, { revision, offline }: PinnedRows): string =>
  `${name} of the Hub at ${revision.slice(0, 7)}${offline ? ', the last commit seen here: the Hub did not answer' : ''}`;
