// needs: python
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { step } from '../../../../activities/engine/step.ts';
import { refuseExamRows } from '../../../../activities/evaluate/questions/refuse-exam-rows.ts';
import type { Handle } from '../../../../core/handles.ts';
import { makePlan } from '../../../../core/language/plan/make-plan.ts';
import { writeServed } from '../../../../services/ollama/served-models.ts';
import { carryOut, failureOf } from '../../../rig/carry-out.ts';
import { makeDeps } from '../../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  deps = await makeDeps();
});
after(async () => await rm(deps.root, { recursive: true, force: true }));

const document = `
name: probe
steps:
  data:    { uses: prepare, with: { source: ./rows.jsonl } }
  train:   { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}" } }
  other:   { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}" } }
  best:    { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged:  { uses: merge, with: { base: ./base, adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf:    { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", type: q8_0 } }
  model:   { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "probe:candidate" } }
  verdict: { uses: evaluate, needs: [other], with: { before: "old:latest", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl } }
`;

test('a plan tells a training which exams will judge its model, and no other step', () => {
  const rules = { fromDocument: (path: string) => join('/doc', path), open: () => undefined } as never;
  const { plan } = makePlan(document, '/doc/p.yaml', {}, rules);
  const exams = plan!.steps.flatMap(({ id, exams }) => (exams ? [[id, exams]] : []));
  assert.deepEqual(exams, [['train', [{ step: 'verdict', prompts: '/doc/exam.jsonl', models: ['old:latest'] }]]]);
});

const datasetOf = async (...questions: string[]): Promise<Handle> => {
  const staging = await deps.store.stage('dataset');
  const rows = questions.map((content) => ({
    messages: [
      { role: 'user', content },
      { role: 'assistant', content: 'Iron.' },
    ],
  }));
  await writeFile(join(staging, 'files', 'train.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return await deps.store.publish(staging, 'dataset');
};

test('a training is refused before it begins if its rows, or those of the model before it, are in the exam', async () => {
  const prompts = join(deps.root, 'exam.jsonl');
  await writeFile(prompts, '{"prompt": "Which metal rusts?", "reference": "Iron."}\n{"prompt": "Which gas glows?"}\n');
  const digest = `sha256:${'1'.repeat(64)}`;
  const exams = [{ step: 'verdict', prompts, models: ['old:latest'] }];
  const pins = { files: {}, bases: {}, models: { 'old:latest': digest } };
  const check = (dataset: Handle) =>
    carryOut(
      step('train', deps, async (context) => {
        await refuseExamRows(context, exams, { dataset });
        throw new Error('it would train now');
      }),
      { base: deps.root, dataset },
      { pins, maxAttempts: 1 },
    );
  await mkdir(join(deps.root, 'nothing'), { recursive: true });

  const refused = await failureOf(check(await datasetOf('Name a gas.', ' which METAL rusts')));
  assert.equal(refused.type, 'TRAINING_ROWS_IN_QUESTIONS');
  assert.match(
    refused.message,
    /^the rows of this training hold 1 question of the exam of verdict:\n {2}exam\.jsonl:1: /,
  );

  const nearly = await failureOf(check(await datasetOf('Name a gas.', 'Which metal rusts here?')));
  assert.match(
    nearly.message,
    /exam\.jsonl:1: "Which metal rusts\?"; train\.jsonl:2 nearly asks it \(similarity 0\.7\d\)/,
  );

  const sound = await datasetOf('Name a gas.');
  assert.match((await failureOf(check(sound))).message, /it would train now/);

  const dataset = await datasetOf('Which gas glows?');
  const served = { name: 'old:latest', gguf: dataset, lineage: { dataset }, proof: dataset, createdAt: '' };
  await writeServed(deps.store.root, digest, served);
  assert.match((await failureOf(check(sound))).message, /^old:latest was trained on 1 question of the exam of verdict/);
});
