import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkContext } from '../../engine/deps.ts';
import { type Probe, readProbe } from '../../import/proof/probe.ts';
import { runTrainer } from '../../process/run-trainer.ts';

/** A small model that is converted, loaded and tokenized as the trained one will be. */
export interface Shell {
  path: string;
  probe: Probe;
}

interface Made {
  shell?: Shell;
  problem?: string;
  template: string | null;
  architecture: string | null;
}

/** `template`: the text of the training's template; undefined: the base's own. */
export async function makeShell(
  context: WorkContext,
  base: string,
  template: string | undefined,
  folder: string,
): Promise<Made> {
  const out = join(folder, 'model');
  const probe = join(folder, 'probe.json');
  const made = await runTrainer(context, 'shell', { base, template: template ?? null, out, probe });
  const known = { template: made.template_sha256, architecture: made.architecture };
  if (made.problem !== null) return { ...known, problem: made.problem };
  return { ...known, shell: { path: out, probe: readProbe(await readFile(probe, 'utf8')) } };
}
