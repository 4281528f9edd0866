// needs: nothing
import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { DefaultLogger, Runtime, Worker, type WorkflowBundlePath } from '@temporalio/worker';
import { workflowBundle as bundle } from '../rig/workflow-bundle.ts';

const histories = new URL('../histories/', import.meta.url);
let workflowBundle: WorkflowBundlePath;

before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundle();
});

// Runs last for weeks and outlive an upgrade: what a release has recorded must replay on this code.
const recorded = readdirSync(histories, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(new URL(`${name}/`, histories)).map((file) => `${name}/${file}`));
for (const file of recorded) {
  test(`a recorded run replays: ${file.replace('.json', '')}`, async () => {
    await Worker.runReplayHistory(
      { workflowBundle },
      JSON.parse(readFileSync(new URL(file, histories), 'utf8')),
      'replayed',
    );
  });
}
