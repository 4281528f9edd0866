// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { doctorBase } from '../../cli/commands/machine/doctor-base.ts';
import { routeLines } from '../../cli/runs/prove.ts';
import { UserError } from '../../cli/user-error.ts';
import { writeSmallBase } from '../rig/small-base.ts';
import { smallGguf } from '../rig/smallest-gguf.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'doctor-base-'));
});
after(async () => await rm(root, { recursive: true, force: true }));

/** What it says where the files show enough. */
async function refusalOf(base: string): Promise<string> {
  try {
    await doctorBase(base, { type: 'q8_0', engine: 'auto' });
  } catch (error) {
    if (error instanceof UserError) return error.text;
    throw error;
  }
  return assert.fail('not refused');
}

test('a base that is not there, or is none, is refused with its path and what a base may be', async () => {
  const rows = join(root, 'rows.jsonl');
  await writeFile(rows, '{}\n');
  for (const absent of ['./no-folder', './no.gguf', './no.yaml', 'no.gguf', join(root, 'no')])
    assert.match(await refusalOf(absent), /^the base \S+ does not exist\nhint: a base is a folder .* GGUF file .* Hub/);
  assert.match(await refusalOf(rows), /rows\.jsonl is a file; .*\[BASE_INCOMPLETE\]\nhint: a base is a folder/);
});

test('a base whose weights are cut off is refused before anything is tried with its kind', async () => {
  const folder = join(root, 'short');
  await writeSmallBase(folder, { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', num_hidden_layers: 1 });
  const weights = join(folder, 'model.safetensors');
  await truncate(weights, (await readFile(weights)).length - 1);
  assert.match(await refusalOf(folder), /model\.safetensors is cut off: .*\[BASE_INCOMPLETE\]/);
  const gguf = join(root, 'short.gguf');
  const metadata = { 'general.architecture': 'llama', 'tokenizer.chat_template': '{{ messages }}' };
  await writeFile(gguf, smallGguf(metadata, { 'token_embd.weight': [8, 3] }).subarray(0, -1));
  assert.match(await refusalOf(gguf), /short\.gguf is cut off: .*\[BASE_INCOMPLETE\]/);
});

test('a base of which no small model could be made says that nothing is proven', () => {
  const known = { step: '', base: '/mamba', type: 'q8_0', known: false, template: null, trials: [] };
  const lines = routeLines({
    ...{ event: 'route', verdict: 'unknown', ...known },
    architecture: 'MambaForCausalLM',
    problem: 'AttributeError: no setter',
  });
  assert.match(
    lines.join('\n'),
    /no small model of this kind could be made, so nothing is proven: .*\n {2}hint: a run/,
  );
});
