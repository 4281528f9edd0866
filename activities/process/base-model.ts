import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Handle, shortDigest } from '../../core/handles.ts';
import { baseSource } from '../../core/kinds/options/base-source.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';
import type { Base } from '../bases/base.ts';
import { hubIdentity } from '../bases/base-identity.ts';
import { type Dequantized, openGgufBase } from '../bases/gguf-base.ts';
import type { Deps } from '../engine/deps.ts';
import { digests, openPinned, pinnedBase } from '../engine/pinned-files.ts';
import { runTrainer, type TrainerContext } from './run-trainer.ts';

/** Brings a base model to this host: from the store, a local folder, a GGUF file, or the Hub at the commit that the run has pinned. */
export async function openBase(
  context: TrainerContext & { progress: (progress: Progress) => void },
  base: string | Handle,
  pins: Pins,
): Promise<Base | (Base & Dequantized)> {
  const { deps } = context;
  if (typeof base !== 'string') {
    const { path } = await deps.store.open(base, { verify: true, signal: context.signal });
    return { path, name: `artifact:${shortDigest(base.digest)}`, digest: base.digest };
  }
  const source = baseSource(base);
  if (source.from === 'gguf' || source.from === 'ollama') return await openGgufBase(context, base, pins);
  if (source.from === 'folder') {
    const path = await openPinned(deps, base, pins);
    return {
      path,
      name: base.split('/').filter(Boolean).at(-1) ?? base,
      digest: (await pinnedBase(deps, path, pins)).digest,
    };
  }
  const { name } = source;
  const revision = pins.bases[base]?.revision;
  const onEvent = (event: TrainerEvent) => {
    if (event.event !== 'downloading') return;
    const { bytes, total_bytes: total } = event;
    context.progress({
      phase: { code: 'downloading', facts: { name, bytes, total } },
      ...(total > 0 ? { fraction: bytes / total } : {}),
    });
  };
  const fetched =
    source.from === 'hub'
      ? await runTrainer(context, 'fetch', { action: 'download', name, revision: revision ?? null }, { onEvent })
      : await runTrainer(
          context,
          'modelscope',
          { action: 'download', name, revision: source.revision ?? null, files_digest: revision ?? null },
          { onEvent },
        );
  return { path: fetched.path!, name: base, digest: hubIdentity(base, pins) };
}

/**
 * Returns a base as an adapter of an earlier version knows it: that recorded the digest of every byte in the folder of a
 * local base. Any other difference is for the trainer to refuse.
 */
export async function asRecorded(deps: Deps, opened: Base, adapter: string | undefined): Promise<Base> {
  // A job takes what identifies a base, and nothing of how it came here.
  const base = { path: opened.path, name: opened.name, digest: opened.digest };
  const text = adapter && (await readFile(join(adapter, 'training.json'), 'utf8').catch(() => undefined));
  const recorded = text && digestIn(text);
  if (!recorded || recorded === base.digest || !recorded.startsWith('sha256:') || !base.digest.startsWith('sha256:'))
    return base;
  const before = await digests(deps)
    .of(base.path)
    .catch(() => undefined);
  return before?.digest === recorded ? { ...base, digest: recorded } : base;
}

function digestIn(training: string): string | undefined {
  try {
    return (JSON.parse(training) as { base?: { digest?: string } }).base?.digest;
  } catch {
    return undefined;
  }
}
