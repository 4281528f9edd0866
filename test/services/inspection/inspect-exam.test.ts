// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inspectExam } from '../../../services/inspection/inspect-exam.ts';
import { inspectFile } from '../../../services/inspection/inspect-file.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-exam-'));
});
after(async () => await rm(folder, { recursive: true, force: true }));

const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const turn = { role: 'user', content: 'q' };
const chat = [turn, { role: 'assistant', content: 'a' }];
const shareGpt = [
  { from: 'human', value: 'q' },
  { from: 'gpt', value: 'a' },
];

const exams: readonly (readonly [string, string, string, object])[] = [
  [
    'several answers',
    'e.jsonl',
    lines({ prompt: 'q', reference: ['a', 'b'] }, { prompt: 'q', output: ['a', 'b'] }),
    [],
  ],
  ['answers under every name', 'e.jsonl', lines({ query: 'q', response: 'a' }, { question: 'q', answer: 'a' }), []],
  ['a Dolly exam', 'e.jsonl', lines({ instruction: 'q', context: '', response: 'a' }), []],
  ['a ShareGPT exam', 'e.jsonl', lines({ conversations: shareGpt }), []],
  ['a table', 'e.csv', 'prompt,completion\nq,a\n', []],
  ['an array', 'e.json', JSON.stringify([{ prompt: 'q', reference: 'a' }], null, 1), []],
  [
    'questions without an answer',
    'e.jsonl',
    lines({ prompt: 'q' }, { messages: chat }, { messages: [turn] }),
    ['e.jsonl:1', 'e.jsonl:3'],
  ],
  [
    'an array without answers',
    'e.json',
    '[\n{"prompt": "q"},\n{"prompt": "q"}\n]',
    ['e.json:2 [row 0]', 'e.json:3 [row 1]'],
  ],
  ['a table without answers', 'e.csv', 'prompt,language\nq,en\n', ['e.csv:2']],
];
for (const [what, name, content, reference] of exams) {
  test(`before a run, ${what}: said as the evaluation says it`, async () => {
    await writeFile(join(folder, name), content);
    const facts = await inspectExam(join(folder, name));
    assert.deepEqual(facts && 'lacking' in facts && facts.lacking.reference, reference);
  });
}

const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n';
const refused: readonly (readonly [string, string, string, RegExp])[] = [
  ['a row that is cut off', `${lines({ prompt: 'q' })}{"prompt": `, 'BAD_DATA', /^e\.jsonl:2: is not JSON/],
  ['a Git LFS pointer', pointer, 'NOT_ROWS', /`git lfs pull`/],
  [
    'two questions in one row',
    lines({ prompt: 'A?', instruction: 'B?', output: 'x' }),
    'BAD_DATA',
    /"instruction" and "prompt", which differ/,
  ],
  ['no question', '\n', 'BAD_DATA', /holds no question/],
  [
    'a pattern that RE2 cannot read',
    lines({ prompt: 'q', pattern: 'a' }, { prompt: 'q', pattern: '(?=a)' }),
    'BAD_DATA',
    /^e\.jsonl:2: its `pattern` is no pattern of RE2: .*\(\?=/,
  ],
  [
    'a schema that is none',
    lines({ prompt: 'q', schema: { type: 'objct' } }),
    'BAD_DATA',
    /^e\.jsonl:1: its `schema` is no JSON Schema: /,
  ],
  ['a schema of a data base', lines({ prompt: 'q', schema: 'CREATE TABLE t' }), 'BAD_DATA', /put it into `input`/],
];
for (const [what, content, code, why] of refused) {
  test(`before a run, an exam of ${what} is refused`, async () => {
    await writeFile(join(folder, 'e.jsonl'), content);
    const facts = await inspectExam(join(folder, 'e.jsonl'));
    assert.ok(facts && 'refused' in facts);
    assert.equal(facts.refused, code);
    assert.match(facts.why[0] ?? '', why);
  });
}

test('only an exam is read, and only a file', async () => {
  await writeFile(join(folder, 'e.jsonl'), 'no rows');
  assert.deepEqual(await inspectFile(join(folder, 'e.jsonl'), { isExam: false, isRows: false, isQuick: false }), {
    kind: 'file',
    size: 7,
  });
  assert.deepEqual(
    await inspectFile(folder, { isExam: true, isRows: false, isQuick: false }).then(({ kind }) => kind),
    'folder',
  );
  assert.deepEqual(await inspectFile(join(folder, 'none'), { isExam: true, isRows: false, isQuick: false }), {
    kind: 'absent',
    size: 0,
  });
});
