// needs: python, temporal, ollama, small model
// runs: when named
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { hasSmallModel } from '../../cli/commands/quickstart.ts';
import { cacheDir } from '../../services/machine/home.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { ensureSmallModel } from '../../services/setup/models/small-model.ts';
import type { StackState } from '../../services/stack/state.ts';
import { blocksOf } from '../rig/documents/blocks.ts';
import { makeScratch } from '../rig/documents/scratch.ts';

const report = () => {};
const own = { TEMPER_OLLAMA: 'own', OMP_NUM_THREADS: '1' };

test('the tutorial leads from rows to a model that answers in their manner, command by command', async (t) => {
  const scratch = await makeScratch([dirname(process.env.OLLAMA_PATH!)]);
  t.after(async () => {
    await scratch.run('npx temper down', own);
    await scratch.remove();
  });
  const up = await scratch.run('npx temper up', own);
  assert.equal(up.code, 0, up.output);

  // `npm start`, with which the tutorial begins, would do this and train its own example first.
  const { addresses } = JSON.parse(await readFile(join(scratch.home, 'services', 'state.json'), 'utf8')) as StackState;
  const fetch = () => ensureSmallModel(cacheDir(), report);
  assert.ok(await hasSmallModel(new OllamaServer(addresses.ollama), { fetch, report }));
  const env = { ...own, OLLAMA_HOST: addresses.ollama };

  const outputs: string[] = [];
  for (const { line, marks, text } of blocksOf('docs/tutorial.md')) {
    if (!marks.includes('runs-on-servers')) continue;
    const { code, output } = await scratch.run(text, env);
    assert.equal(code, 0, `docs/tutorial.md:${line}\n${text}\n${output}`);
    outputs.push(output);
  }
  assert.match(outputs.join('\n'), /after[^\n]*Ahoy, captain!/);
});
