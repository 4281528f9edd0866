import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { z } from 'zod';
import type { Deps } from '../../../activities/engine/deps.ts';
import { stepKey } from '../../../activities/engine/reuse/key.ts';
import type { Handle, Json } from '../../../core/handles.ts';
import { resolveStep } from '../../../core/kinds/options/resolve-options.ts';
import { stepOptions } from '../../../core/kinds/registry.ts';
import { fillOptions } from '../../../core/language/expression/evaluate.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { makeDeps } from '../../rig/deps.ts';

const document = `name: p
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: org/model, dataset: "\${{ steps.data.outputs.dataset }}", lora: { r: 4 } } }
`;
const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
const dataset: Handle = { uri: 'artifact:d', digest: `sha256:${'d'.repeat(64)}`, size: 1, kind: 'dataset' };
const pins = { files: {}, bases: { 'org/model': { revision: 'a'.repeat(40) } }, models: {} };

let deps: Deps;
before(async () => {
  deps = await makeDeps();
});

/** The key of the training of a plan that comes out of a schedule or a history. */
async function keyIn(stored: string): Promise<string | undefined> {
  const train = (JSON.parse(stored) as Plan).steps.find(({ id }) => id === 'train')!;
  const filled = fillOptions(train.with, { steps: { data: { outputs: { dataset } } } } as never) as Json;
  return (await stepKey(deps, resolveStep('train', filled).step!, pins)).key;
}
const plan = () => JSON.stringify(makePlan(document, '/p.yaml', {}, rules).plan);

const now = stepOptions.train;
afterEach(() => Object.assign(stepOptions, { train: now }));

/** What an upgrade of temper would do to the options of a training. */
const upgrade = (options: z.ZodRawShape) => Object.assign(stepOptions, { train: now.extend(options) });

test('a plan says every option with its default, at every depth', () => {
  const train = (JSON.parse(plan()) as Plan).steps[1]!.with as Record<string, Record<string, unknown>>;
  assert.equal(train.epochs, 3);
  assert.deepEqual(train.lora, { r: 4, alpha: 16, dropout: 0, target_modules: 'all-linear', use_rslora: false });
  assert.deepEqual(train.checkpoint, { every_steps: 100, keep: 2 });
});

test('an upgrade that changes a default leaves a stored plan and its key as they were', async () => {
  const stored = plan();
  const before = await keyIn(stored);
  upgrade({
    epochs: z.number().default(99),
    lora: z
      .strictObject({ r: z.number(), alpha: z.number().default(64) })
      .loose()
      .prefault({ r: 8 }),
  });
  assert.equal(await keyIn(stored), before);
  assert.notEqual(await keyIn(plan()), before, 'a new plan takes the new default');
});

test('an upgrade that adds an option leaves the key of a stored plan as it was', async () => {
  const stored = plan();
  const before = await keyIn(stored);
  upgrade({ neftune_alpha: z.number().default(5) });
  assert.equal(await keyIn(stored), before);
});
