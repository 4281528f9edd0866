import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';

const histories = new URL('../histories/', import.meta.url);
let workflowBundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;

before(async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger,
  });
});

// Runs last for weeks and outlive deploys: what a release has recorded must replay on this code.
for (const file of readdirSync(histories).filter((name) => name.endsWith('.json'))) {
  test(`a recorded run replays: ${file.replace('.json', '')}`, async () => {
    await Worker.runReplayHistory(
      { workflowBundle },
      JSON.parse(readFileSync(new URL(file, histories), 'utf8')),
      'replayed',
    );
  });
}
