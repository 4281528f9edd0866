import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { cacheDir } from '../../services/machine/home.ts';
import { workflowBundle as bundle } from '../../workers/workflow-bundle.ts';

const histories = new URL('../histories/', import.meta.url);
let workflowBundle: WorkflowBundle;

before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundle(cacheDir());
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
