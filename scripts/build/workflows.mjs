import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the workflow code as one script, by Temporal's own bundler. */
export async function bundleWorkflows(root, into) {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const workflowsPath = join(root, 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  writeFileSync(into, code);
}

/** Of what is bundled: the code itself, the SDK's part, and what translates and packs the two. */
export function digestOfWorkflows(root) {
  const hash = createHash('sha256');
  for (const folder of ['core', 'protocol', 'workflows'])
    for (const name of readdirSync(join(root, folder), { recursive: true }).sort())
      if (name.endsWith('.ts')) hash.update(`${folder}/${name}\n`).update(readFileSync(join(root, folder, name)));
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}
