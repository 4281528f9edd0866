// Run as: npm run histories:record [-- SHAPE…]
// Records one history per shape of a run, or of the shapes that are named, under test/histories/unreleased/. The folders
// of releases beside it never change.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Activities } from '../../protocol/activities.ts';
import type { RunInput, RunPipeline } from '../../protocol/run-input.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';
import { root } from '../rig/temper.ts';

type Run = WorkflowHandle<RunPipeline>;
interface Shape {
  document: string;
  /** Pipelines that the document names. */
  files?: Readonly<Record<string, string>>;
  over?: Partial<Activities>;
  input?: Partial<RunInput>;
  play: (steps: HeldSteps, run: Run, runId: string) => Promise<void>;
}

const command = 'uses: run, with: { command: ["true"] }';
const diamond = `
name: diamond
steps:
  top: { ${command} }
  left: { ${command}, needs: top }
  right: { ${command}, needs: top }
  bottom: { ${command}, needs: [left, right] }
`;
const judged = `
name: judged
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}" } }
  many: { uses: run, if: steps.data.outputs.rows > 100, with: { command: ["true"] } }
`;
const imported = `
name: imported
steps:
  made: { uses: run, with: { command: ["true"], outputs: { gguf: { path: g, type: gguf } } } }
  model: { uses: import, with: { gguf: "\${{ steps.made.outputs.gguf }}", name: m } }
`;
const asking = `
name: asking
steps:
  top: { ${command} }
  ask: { uses: approve, needs: top }
  bottom: { ${command}, needs: ask }
`;
const part = `
name: part
inputs: { rows: { type: number } }
outputs: { rows: "\${{ inputs.rows }}" }
steps:
  own: { ${command} }
`;
const bad = ApplicationFailure.create({ type: 'BAD_DATA', message: 'bad', nonRetryable: true });
const waits = async (run: Run, id: string) =>
  await eventually(`${id} to wait`, async () => (await run.query<RunState>('state')).steps[id]?.waitsFor);
const dataset: Handle = { uri: 'artifact:1', digest: 'sha256:1', size: 1, kind: 'dataset' };
const pins = { files: {}, bases: {}, models: {} };
const all = async (steps: HeldSteps, ids: readonly string[]) => {
  for (const id of ids) (await steps.next(id)).succeed();
};

const shapes: Record<string, Shape> = {
  succeeded: { document: diamond, play: (steps) => all(steps, ['top', 'left', 'right', 'bottom']) },
  failed: {
    document: diamond,
    play: async (steps) => {
      await all(steps, ['top']);
      (await steps.next('left')).fail(
        ApplicationFailure.create({ type: 'BAD_DATA', message: 'bad', nonRetryable: true }),
      );
      await all(steps, ['right']);
    },
  },
  'failure-notified': {
    document: `${diamond}on_failure: { run: [tell] }\n`,
    play: async (steps) => {
      (await steps.next('top')).fail(
        ApplicationFailure.create({ type: 'BAD_DATA', message: 'bad', nonRetryable: true }),
      );
    },
  },
  'waiting-notified': {
    document: 'name: asks\non_waiting: { run: [tell] }\nsteps: { ask: { uses: approve } }\n',
    play: async (_steps, run) => {
      await waits(run, 'ask');
      await eventually('the notification', async () =>
        (await run.describe()).raw.pendingChildren?.length ? true : undefined,
      );
      await run.executeUpdate('approve');
    },
  },
  cancelled: {
    document: diamond,
    play: async (steps, run) => {
      const top = await steps.next('top');
      await run.cancel();
      await top.cancelled;
    },
  },
  reused: {
    document: diamond,
    over: {
      pin: async () => ({
        pins,
        reused: { top: { outputs: {}, summary: 'as before', artifacts: [], key: 'k', reusedFrom: 'r' } },
      }),
    },
    play: (steps) => all(steps, ['left', 'right', 'bottom']),
  },
  resumed: {
    document: diamond,
    input: { resume: { pins, succeeded: { top: { uses: 'run', state: 'succeeded', outputs: {} } } } },
    play: (steps) => all(steps, ['left', 'right', 'bottom']),
  },
  'trained-with-checkpoints': {
    document: judged,
    play: async (steps, run, runId) => {
      (await steps.next('data')).succeed({ outputs: { dataset, rows: 40 } });
      const train = await steps.next('train');
      const queue = (await run.describe()).taskQueue.replace('orchestrator', 'host');
      await run.signal('checkpointSaved', { runId, step: 'train', checkpoint: 5, path: '/c', keep: 2, queue });
      train.succeed({ outputs: {} });
    },
  },
  'made-again': {
    document: diamond,
    play: async (steps) => {
      (await steps.next('top')).succeed({ artifacts: ['sha256:1'] });
      (await steps.next('left')).fail(
        ApplicationFailure.create({
          type: 'CORRUPT_ARTIFACT',
          message: 'files sha256:1: out has other bytes',
          nonRetryable: true,
          details: [{ remedy: '', artifact: 'sha256:1' }],
        }),
      );
      await all(steps, ['top', 'left', 'right', 'bottom']);
    },
  },
  pruned: {
    document: imported,
    over: { prune: async () => ({ artifacts: 2, bytes: 2_000_000 }) },
    play: async (steps) => {
      (await steps.next('made')).succeed({ outputs: { gguf: { ...dataset, kind: 'gguf' } } });
      await all(steps, ['model']);
    },
  },
  paused: {
    document: judged,
    play: async (steps, run) => {
      (await steps.next('data')).succeed({ outputs: { dataset, rows: 40 } });
      const train = await steps.next('train');
      await run.signal('pause');
      await train.cancelled;
      await run.signal('resume');
      (await steps.next('train')).succeed({ outputs: {} });
    },
  },
  approved: {
    document: asking,
    play: async (steps, run) => {
      (await steps.next('top')).succeed();
      await waits(run, 'ask');
      await run.executeUpdate('approve', { args: [{ comment: 'good', by: 'ann@desk' }] });
      await all(steps, ['bottom']);
    },
  },
  'approved-by-silence': {
    document: asking.replace('approve,', 'approve, with: { timeout: 100ms, on_timeout: approve },'),
    play: (steps) => all(steps, ['top', 'bottom']),
  },
  rejected: {
    document: asking,
    play: async (steps, run) => {
      (await steps.next('top')).succeed();
      await waits(run, 'ask');
      await run.executeUpdate('reject', { args: [{ comment: 'bad' }] });
    },
  },
  'waited-retried-skipped': {
    document: `on_step_failure: wait${diamond}`,
    play: async (steps, run) => {
      await all(steps, ['top', 'right']);
      (await steps.next('left')).fail(bad);
      await waits(run, 'left');
      await run.executeUpdate('retry');
      (await steps.next('left')).fail(bad);
      await waits(run, 'left');
      await run.executeUpdate('skip');
    },
  },
  'ran-a-pipeline': {
    document: `${diamond}  part: { uses: ./part.yaml, needs: bottom, with: { rows: 3 } }\n`,
    files: { './part.yaml': part },
    play: (steps) => all(steps, ['top', 'left', 'right', 'bottom', 'own']),
  },
  'a-pipeline-failed-and-was-retried': {
    document: 'name: p\non_step_failure: wait\nsteps:\n  part: { uses: ./part.yaml, with: { rows: 3 } }\n',
    files: { './part.yaml': part },
    play: async (steps, run) => {
      (await steps.next('own')).fail(bad);
      await waits(run, 'part');
      await run.executeUpdate('retry');
      await all(steps, ['own']);
    },
  },
  'paused-with-a-pipeline': {
    document: 'name: p\nsteps:\n  part: { uses: ./part.yaml, with: { rows: 3 } }\n',
    files: { './part.yaml': part },
    play: async (steps, run, runId) => {
      const own = await steps.next('own');
      const inner = rig.server.client.workflow.getHandle(`${runId}.part`);
      const hasStatus = (status: string) =>
        eventually(status, async () => ((await inner.query<RunState>('state')).status === status ? true : undefined));
      await run.signal('pause');
      await hasStatus('paused');
      await run.signal('resume');
      await hasStatus('running');
      own.succeed();
    },
  },
  'matrix-fail-fast': {
    document: `
name: sweep
steps:
  each: { uses: run, matrix: { n: [1, 2, 3] }, max_parallel: 2, with: { command: [echo, "\${{ text(matrix.n) }}"] } }
  tell: { uses: run, if: failure(), needs: each, with: { command: [echo, "\${{ steps.each.outcome }}"] } }
`,
    play: async (steps) => {
      const first = await steps.next('each@n=1');
      (await steps.next('each@n=2')).fail(
        ApplicationFailure.create({ type: 'BAD_DATA', message: 'bad', nonRetryable: true }),
      );
      await first.cancelled;
      await all(steps, ['tell']);
    },
  },
  'continued-as-new': {
    document: diamond,
    input: { historyLimits: { dueEvents: 8, maxEvents: 1000 } },
    play: (steps) => all(steps, ['top', 'left', 'right', 'bottom']),
  },
  'pin-failed': {
    document: diamond,
    over: {
      pin: async () => {
        throw ApplicationFailure.create({ type: 'FILE_NOT_FOUND', message: 'not there', nonRetryable: true });
      },
    },
    play: async () => {},
  },
};

const unreleased = new URL('../histories/unreleased/', import.meta.url);
await mkdir(unreleased, { recursive: true });
const wanted = process.argv.slice(2);
const rig = await WorkflowRig.start();
for (const [name, { document, over, input, files, play }] of Object.entries(shapes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const steps = new HeldSteps();
  const record = async (run: Run, runId: string) => {
    await play(steps, run, runId);
    await ending(run);
    const file = fileURLToPath(new URL(`${name}.json`, unreleased));
    // Stack traces hold where the checkout lies.
    const text = historyToJSON(await run.fetchHistory()).replaceAll(root, '');
    await writeFile(file, `${text}\n`);
    process.stdout.write(`${name}\n`);
  };
  await rig.run(document, steps.activities(over), record, input, files);
}
await rig.stop();
