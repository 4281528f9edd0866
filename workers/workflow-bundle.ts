import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger, type WorkflowBundle } from '@temporalio/worker';
import { hashText, writeDurably } from '../services/store/durable-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles of other states of the code that are kept: another checkout may use the same cache. */
const kept = 6;

export interface HowToBundle {
  /** Folder of the project. */
  root?: string;
  logger?: Logger;
  /** Told when no bundle of this code was there, and why one that lay there was not taken. */
  onMade?: (why: 'absent' | 'damaged') => void;
}

/**
 * The workflow code as one script, bundled once for each state of the code: an orchestrator that was killed then polls
 * again without bundling first. What lies in the cache is taken only with the digest that its name tells.
 */
export async function workflowBundle(cache: string, how: HowToBundle = {}): Promise<WorkflowBundle> {
  const project = how.root ?? root;
  const folder = join(cache, 'workflows');
  const key = workflowDigest(project);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${key}-`));
  for (const name of names) {
    const code = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (name === fileName(key, code)) return { code };
    await rm(join(folder, name), { force: true });
  }
  how.onMade?.(names.length > 0 ? 'damaged' : 'absent');
  const workflowsPath = join(project, 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, ...(how.logger ? { logger: how.logger } : {}) });
  // The code may have changed while it was read: such a bundle serves this process and no other.
  if (workflowDigest(project) === key) await keep(folder, fileName(key, code), code).catch(() => {});
  return { code };
}

const fileName = (key: string, code: string) => `${key}-${hashText(code).slice(0, 32)}.js`;

/** A cache that cannot be written costs the next start a second. */
async function keep(folder: string, name: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeDurably(join(folder, name), code);
  const all = await Promise.all(
    (await readdir(folder)).map(async (each) => ({ each, at: (await stat(join(folder, each))).mtimeMs })),
  );
  for (const { each } of all.sort((a, b) => b.at - a.at).slice(kept)) await rm(join(folder, each), { force: true });
}

/** Of what is bundled: the code itself, the SDK's part, and what translates and packs the two. */
export function workflowDigest(project: string): string {
  const hash = createHash('sha256');
  for (const folder of ['core', 'protocol', 'workflows']) {
    for (const name of (readdirSync(join(project, folder), { recursive: true }) as string[]).sort()) {
      if (name.endsWith('.ts'))
        hash.update(`${folder}/${name}\n${readFileSync(join(project, folder, name), 'utf8')}\n`);
    }
  }
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  hash.update(version).update(readFileSync(join(project, 'package-lock.json')));
  return hash.digest('hex').slice(0, 24);
}
