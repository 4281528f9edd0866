// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rowLike } from '../../cli/comparison/row-like.ts';
import { addRow } from '../../cli/comparison/rows-of-run.ts';

const shapes: readonly [name: string, like: Record<string, unknown>, row: Record<string, unknown>][] = [
  ['instruction and output', { instruction: 'a', input: 'b', output: 'c' }, { instruction: 'Q', output: 'A' }],
  ['other names of the parts', { Question: 'a', Answer: 'c', id: 7 }, { Question: 'Q', Answer: 'A' }],
  ['a system message', { system: 's', prompt: 'a', completion: 'c' }, { system: 's', prompt: 'Q', completion: 'A' }],
  [
    'messages',
    {
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c' },
      ],
    },
    {
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'Q' },
        { role: 'assistant', content: 'A' },
      ],
    },
  ],
  [
    'turns of ShareGPT',
    {
      conversations: [
        { from: 'human', value: 'a' },
        { from: 'gpt', value: 'b' },
      ],
    },
    {
      conversations: [
        { from: 'human', value: 'Q' },
        { from: 'gpt', value: 'A' },
      ],
    },
  ],
];
for (const [name, like, row] of shapes)
  test(`a row beside rows with ${name} has their shape`, () => assert.deepEqual(rowLike(like, 'Q', 'A'), row));

test('a row is added behind the last one, also where that has no end of line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'temper-rows-'));
  const file = join(folder, 'rows.jsonl');
  await writeFile(file, '{"prompt":"a","completion":"b"}');
  assert.equal(await addRow(file, 'Wer?\n"Du"', 'Ich'), 2);
  assert.equal(await addRow(file, 'Q', 'A'), 3);
  const lines = (await readFile(file, 'utf8')).split('\n');
  assert.deepEqual(lines.slice(1), [
    '{"prompt":"Wer?\\n\\"Du\\"","completion":"Ich"}',
    '{"prompt":"Q","completion":"A"}',
    '',
  ]);
  await writeFile(file, 'prompt,completion\na,b\n');
  await assert.rejects(addRow(file, 'Q', 'A'), /no longer has one row in each line/);
  await rm(folder, { recursive: true });
});
