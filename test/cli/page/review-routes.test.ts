// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pageApp } from '../../../cli/page/page-app.ts';
import type { ReviewRow } from '../../../core/documents/review.ts';
import { OneRun, run } from '../../rig/page-source.ts';
import { readReviewFile, writeReviewHome } from '../../rig/review-home.ts';

const source = new OneRun();
const app = pageApp(source, { token: 'token', port: () => 4000 });
const origin = 'http://127.0.0.1:4000';
const address = `/token/en/runs/${run}`;
const get = async (path: string) =>
  await (await app.request(`${origin}${path}`, { headers: { host: '127.0.0.1:4000' } })).text();
const post = async (form: Record<string, string>, headers: Record<string, string> = { origin }) =>
  await app.request(`${origin}${address}/review/data`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { host: '127.0.0.1:4000', 'sec-fetch-site': 'same-origin', ...headers },
  });

let folder: string;
let file: string;
const row = (id: string, over: Partial<ReviewRow> = {}): ReviewRow => ({
  ...{
    id,
    decision: null,
    question: `question ${id}`,
    answer: `answer ${id}`,
    source: 'thesis.pdf',
    heading: '1 Noise',
  },
  ...{ pages: [3, 4], problems: [], support: 1, text: '<b>the text</b>' },
  ...over,
});
const rows = [
  row('a1'),
  row('b2'),
  row('c3'),
  row('d4', { problems: [{ code: 'strange_number', facts: { numbers: ['7'] } }, 'of an older temper'] }),
];
const written = () => readReviewFile(file);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-review-page-'));
  file = await writeReviewHome(source, folder, { run, rows });
});
after(() => rm(folder, { recursive: true, force: true }));

test('a run leads to the review of its rows, which shows each with its place, its text and what speaks against it', async () => {
  assert.match(
    await get(address),
    new RegExp(`href="${address}/review/data">Review the rows of data: 3 without a decision`),
  );
  const page = await get(`${address}/review/data`);
  for (const words of ['thesis.pdf · 1 Noise · pages 3–4', 'question a1', '&lt;b>the text&lt;/b>'])
    assert.ok(page.includes(words), words);
  assert.ok(!page.includes('question d4'), 'a refused row is shown on its own list');
  assert.match(await get(`${address}/review/data?show=refused`), /not in the text: 7/);
  const chinese = `${address.replace('/en/', '/zh/')}/review/data`;
  assert.match(await get(chinese), /审阅数据行/);
  const refused = await get(`${chinese}?show=refused`);
  assert.match(refused, /原文中没有：7/);
  assert.match(refused, /<span lang="en">of an older temper</);
});

test('decisions are written into the file that the pipeline names; a changed text is an edit', async () => {
  const answered = await post({
    ...{ show: 'open', from: '0' },
    ...{ 'decision:a1': 'keep', 'question:a1': 'question a1', 'answer:a1': 'answer a1' },
    ...{ 'decision:b2': 'drop', 'question:b2': 'question b2', 'answer:b2': 'answer b2' },
    ...{ 'decision:c3': '', 'question:c3': 'question c3', 'answer:c3': 'a better answer' },
  });
  assert.deepEqual([answered.status, answered.headers.get('location')], [303, `${address}/review/data?show=open`]);
  assert.deepEqual(
    (await written()).map(({ id, decision, answer }) => [id, decision, answer]),
    [
      ['a1', 'keep', 'answer a1'],
      ['b2', 'drop', 'answer b2'],
      ['c3', 'edit', 'a better answer'],
      ['d4', null, 'answer d4'],
    ],
  );
  const done = await get(`${address}/review/data`);
  assert.match(done, /1 kept, 1 edited, 1 dropped, 0 added, 0 without a decision, 1 refused by the checks/);
  assert.match(done, new RegExp(`npx temper rerun ${run}`));
});

test('rows that the run does not have are not written, and an emptied answer changes nothing', async () => {
  const before = await readFile(file, 'utf8');
  await post({ 'decision:ff': 'keep', 'question:ff': 'q', 'answer:ff': 'a' });
  const refused = await post({ 'decision:a1': 'keep', 'question:a1': 'question a1', 'answer:a1': ' ' });
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /a question or an answer is empty/);
  assert.equal((await post({ 'decision:a1': 'drop' }, { origin: 'http://evil.example' })).status, 403);
  assert.equal(await readFile(file, 'utf8'), before);
});
