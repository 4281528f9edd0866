import type { WorkflowBundlePath } from '@temporalio/worker';
import { ensureBuilt } from '../../scripts/build.mjs';
import { packageFile } from '../../services/machine/package-root.ts';

/** The workflow code of dist/, built first where it is older than the sources. */
export async function workflowBundle(): Promise<WorkflowBundlePath> {
  await ensureBuilt();
  return { codePath: packageFile('dist/workflows.js') };
}
