// needs: python
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { prepare } from '../../../activities/prepare/prepare.ts';
import type { Handle } from '../../../core/handles.ts';
import { markedValues } from '../../../core/kinds/options/option-marks.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import { carryOut } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  deps = await makeDeps();
});
after(async () => await rm(deps.root, { recursive: true, force: true }));

const document = `
name: probe
steps:
  data: { uses: prepare, with: { source: ./own.jsonl, mix: { general: { source: ./general.jsonl, weight: 2, map: { user: frage } } } } }
  train: { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}" } }
`;

test('the files of a mix are found from the document and pinned like its source', () => {
  const rules = { fromDocument: (path: string) => join('/doc', path), open: () => undefined } as never;
  const { plan } = makePlan(document, '/doc/p.yaml', {}, rules);
  const step = plan!.steps.find(({ id }) => id === 'data')!;
  const paths = markedValues('prepare', step.with as never).map(({ value }) => value);
  assert.deepEqual(paths.sort(), ['/doc/general.jsonl', '/doc/own.jsonl']);
});

test('a mix becomes one dataset, and its log and summary say what of each file is learned', async () => {
  const own = join(deps.root, 'own.jsonl');
  const general = join(deps.root, 'general.jsonl');
  await writeFile(own, '{"prompt": "Why?", "completion": "So."}\n');
  await writeFile(general, '{"frage": "Who?", "answer": "Ring 13812345678."}\n');
  const done = await carryOut(prepare(deps), {
    source: own,
    eval_split: 0,
    mix: { general: { source: general, weight: 2, map: { user: 'frage' } } },
  });
  assert.match(
    done.summary,
    /^3 rows: 3 to train on.*learned of each file: source 1, general 1 as 2.*1 hold personal data/,
  );
  const { path } = await deps.store.open(done.outputs.dataset as Handle);
  const rows = (await readFile(join(path, 'train.jsonl'), 'utf8')).trim().split('\n');
  assert.equal(rows.length, 3);
  assert.equal(rows[1], rows[2]);
});
