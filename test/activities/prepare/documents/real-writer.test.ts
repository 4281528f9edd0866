// needs: python, ollama, small model
// A real model writes the rows. The small one copies, invents and repeats: what the checks are for.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { prepare } from '../../../../activities/prepare/prepare.ts';
import { strangeNumbers, supportOf } from '../../../../core/documents/support.ts';
import { cacheDir } from '../../../../services/machine/home.ts';
import { addGguf } from '../../../../services/ollama/add-gguf.ts';
import { writtenRowsOf } from '../../../../services/runs/written-rows.ts';
import { ensureSmallModel } from '../../../../services/setup/models/small-model.ts';
import { carryOut } from '../../../rig/carry-out.ts';
import { makeDeps } from '../../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../../rig/servers/ollama-server.ts';

let ollama: TestOllama;
before(async () => {
  ollama = await startOllama();
  await addGguf(ollama.server, 'smollm2:135m', (await ensureSmallModel(cacheDir(), () => {})).path);
});
after(() => ollama?.stop());

const paper = `# Radar images

## Speckle

Speckle is a multiplicative noise of coherent imaging. It comes from the interference of echoes of many small scatterers inside one resolution cell.

## The Lee filter

The Lee filter estimates the local mean in a window of 7 by 7 pixels. In homogeneous areas it returns the mean. On a large scene it takes 101.5 s.
`;

test('a small real model writes rows by the schema, no unsupported one is learned, and its answers are kept', async () => {
  const deps = await makeDeps({ ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models } });
  await mkdir(join(deps.root, 'documents'));
  const source = join(deps.root, 'documents', 'paper.md');
  await writeFile(source, paper);
  const documents = { writer: { model: 'smollm2:135m' }, per_chunk: 1, chunk: { min_tokens: 10 } };
  const options = { from: 'documents', source, eval_split: 0, documents };
  const input = { uses: 'prepare', step: 'data', reuse: false } as const;
  // A model this small may well write nothing that can be used, and then the step says so.
  const outcome = await carryOut(prepare(deps), options, { ...input, runId: 'test-20260101-000000-once' }).then(
    ({ outputs }) => outputs.rows,
    ({ type }: { type: string }) => type,
  );
  const [{ rows } = { rows: [] }] = await writtenRowsOf(
    { runs: deps.runs, store: deps.store.root },
    'test-20260101-000000-once',
  );
  assert.ok(rows.length > 0, 'it wrote no row at all');
  const good = rows.filter(({ problems }) => problems.length === 0);
  assert.equal(outcome, good.length === 0 ? 'NO_ROWS_WRITTEN' : good.length);
  for (const { question, answer, text, heading } of good) {
    assert.ok(supportOf(answer, [text, heading, question]) >= 0.5, answer);
    assert.deepEqual(strangeNumbers(answer, [text, heading]), [], answer);
  }
  const asked = await chats(ollama);
  assert.equal(asked, 2);
  await carryOut(prepare(deps), options, { ...input, runId: 'test-20260101-000000-more' }).catch(() => {});
  assert.equal(await chats(ollama), asked, 'the same document is not asked about again');
});

const chats = async ({ models }: TestOllama): Promise<number> =>
  ((await readFile(join(models, 'server.log'), 'utf8')).match(/"\/api\/chat"/g) ?? []).length;
