import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkContext } from '../../engine/deps.ts';
import { type Probe, readProbe } from '../../import/proof/probe.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import type { WantedRoute } from './route.ts';

/** A small model that is converted, loaded and tokenized as the trained one will be. */
export interface Shell {
  path: string;
  probe: Probe;
  /** Folder of an adapter of random numbers on it. */
  adapter?: string;
}

interface Made {
  shell?: Shell;
  problem?: string;
  template: string | null;
  architecture: string | null;
}

type Lora = NonNullable<WantedRoute['adapter']>['lora'];

/** `path`: folder of the base. `template`: the text of the training's template; undefined: the base's own. */
export async function makeShell(
  context: WorkContext,
  from: {
    path: string;
    template: string | undefined;
    thoughts: 'keep' | 'drop';
    folder: string;
    lora?: Lora | undefined;
  },
): Promise<Made> {
  const out = join(from.folder, 'model');
  const probe = join(from.folder, 'probe.json');
  const { path: base, template = null, thoughts, lora } = from;
  const adapter = lora ? { out: join(from.folder, 'adapter'), lora } : null;
  const made = await runTrainer(context, 'shell', { base, template, thoughts, out, probe, adapter });
  const known = { template: made.template_sha256, architecture: made.architecture };
  if (made.problem !== null) return { ...known, problem: made.problem };
  const shell = { path: out, probe: readProbe(await readFile(probe, 'utf8')) };
  return { ...known, shell: { ...shell, ...(adapter ? { adapter: adapter.out } : {}) } };
}
