import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAtRows } from '../../../services/inspection/look-at-rows.ts';

const rows = [
  { prompt: 'Name a gas.', completion: 'Neon.' },
  { prompt: 'Name a star.', completion: 'Vega.' },
];
const lines = lookAtRows(rows.map((row) => JSON.stringify(row)).join('\n'), 100);
const column = (name: 'prompt' | 'completion') => rows.map((row) => row[name]);
const labelled = (values: readonly string[]) => Object.fromEntries(values.map((value, at) => [at, value]));

const columns = {
  'columns as lists': { prompt: column('prompt'), completion: column('completion') },
  'columns of pandas': { prompt: labelled(column('prompt')), completion: labelled(column('completion')) },
  'split of pandas': { columns: ['prompt', 'completion'], index: [0, 1], data: rows.map(Object.values) },
};

for (const [name, value] of Object.entries(columns))
  test(`${name} ask and count as the same rows in lines do`, () => {
    const seen = lookAtRows(JSON.stringify(value, null, 1), 100);
    assert.deepEqual([seen.lines, seen.rows?.rows, seen.foreignKeys], [lines.lines, 2, undefined]);
  });

test('a conversation alone is one row, although all its keys hold lists', () => {
  const { rows: seen } = lookAtRows(JSON.stringify({ messages: [{ role: 'user', content: 'Hi.' }, {}] }), 60);
  assert.equal(seen?.rows, 1);
});
