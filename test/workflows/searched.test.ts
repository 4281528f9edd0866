import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { searchAttributes } from '../../core/run/search-attributes.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { RunPipeline } from '../../protocol/run-input.ts';
import { runTexts } from '../../services/temporal/run-texts.ts';
import { knownSearchAttributes, searchAttributesOf } from '../../services/temporal/search-attributes.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
before(async () => {
  rig = await WorkflowRig.start();
});
after(() => rig.stop());

const judged = `
name: judged
steps:
  verdict: { uses: run, with: { command: ["true"] } }
  ask: { uses: approve, needs: verdict, with: { message: Serve it? } }
`;

/** The ids of the runs that a query of Temporal finds. */
async function found(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of rig.server.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

/** Temporal's index lags by a moment. */
const findsAlone = async (runId: string, query: string) =>
  await eventually(query, async () => ((await found(query)).join() === runId ? true : undefined));

test('Temporal finds runs by pipeline, status and score, from the start to the end', async () => {
  const { client, namespace } = rig.server;
  const searchable = await knownSearchAttributes(client, namespace);
  assert.deepEqual([...searchable].sort(), [...searchAttributes].sort());
  const steps = new HeldSteps();
  await rig.run(
    judged,
    steps.activities(),
    async (run, runId) => {
      (await steps.next('verdict')).succeed({ outputs: { score: 0.75 } });
      await findsAlone(runId, "TemperStatus = 'waiting' AND TemperScore > 0.5");
      assert.deepEqual(await found('TemperScore > 0.8'), []);
      await run.executeUpdate('approve');
      assert.equal((await ending(run)).status, 'succeeded');
      await findsAlone(runId, "TemperStatus = 'succeeded' AND TemperScore = 0.75");
    },
    { searchable },
  );
});

test('a run of a namespace without the fields sets none, and ends as ever', async () => {
  const steps = new HeldSteps();
  await rig.run(judged, steps.activities(), async (run) => {
    (await steps.next('verdict')).succeed({ outputs: { score: 0.9 } });
    await eventually('the question', async () =>
      (await run.query<RunState>('state')).steps.ask?.waitsFor ? true : undefined,
    );
    await run.executeUpdate('approve');
    assert.equal((await ending(run)).status, 'succeeded');
    assert.deepEqual(await found('TemperScore > 0.8'), []);
  });
});

test('a run starts with pipeline, base and rows as fields, and a line and facts for Temporal’s pages', async () => {
  const training = `
name: nightly
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}" } }
`;
  const { client, namespace } = rig.server;
  const searchable = await knownSearchAttributes(client, namespace);
  const rules = {
    fromDocument: (path: string) => path,
    fromShell: (path: string) => path,
    open: () => undefined as never,
  };
  const { plan } = makePlan(training, '/pipeline.yaml', {}, rules);
  const input = {
    plan: plan!,
    searchable,
    runId: 'nightly-told',
    queues: { gpu: 'g', cpu: 'c', host: 'h' },
    reuse: true,
  };
  const run = await client.workflow.start<RunPipeline>(runPipelineType, {
    workflowId: input.runId,
    taskQueue: 'nobody polls',
    args: [input],
    ...runTexts(input.plan, input.runId),
    typedSearchAttributes: searchAttributesOf(input),
  });
  const fields = {
    TemperPipeline: 'nightly',
    TemperDataset: 'rows.jsonl',
    TemperBase: './base',
    TemperStatus: 'running',
  };
  const query = Object.entries(fields).map(([name, value]) => `${name} = '${value}'`);
  await findsAlone(input.runId, query.join(' AND '));
  const told = await run.describe();
  assert.equal(await told.staticSummary(), 'nightly: ./base on rows.jsonl, 2 steps');
  assert.match(
    (await told.staticDetails())!,
    /\*\*model\*\* \.\/base[\s\S]*`npx temper open nightly-told`[\s\S]*```yaml/,
  );
});
