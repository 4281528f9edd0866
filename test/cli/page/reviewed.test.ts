// needs: time
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { ReviewRow } from '../../../core/documents/review.ts';
import { barriers, isWiderThanScreen, openAllFolds, openPage } from '../../rig/browser-page.ts';
import { noChromium, startChromium } from '../../rig/chromium.ts';
import { OneRun, run } from '../../rig/page-source.ts';
import { readReviewFile, writeReviewHome } from '../../rig/review-home.ts';
import { servePage } from '../../rig/served-page.ts';

// Twelve good rows of a document, of which a page shows ten, and one that the checks refused.
const source = new OneRun();
const skip = noChromium;
let folder: string;
let file: string;
let served: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;

const row = (at: number, problems: ReviewRow['problems'] = []): ReviewRow => ({
  ...{ id: `a${at}`, decision: null, question: `question ${at}`, answer: `answer ${at}`, source: 'thesis.pdf' },
  ...{
    heading: '1 斑点噪声',
    pages: [at, at],
    problems,
    support: 1,
    text: `${'the text of the part '.repeat(40)}${at}`,
  },
});
const rows = [
  ...Array.from({ length: 12 }, (_, at) => row(at + 1)),
  row(13, [{ code: 'strange_number', facts: { numbers: ['7'] } }]),
];
const decided = async () =>
  (await readReviewFile(file))
    .filter(({ decision }) => decision !== null)
    .map(({ id, decision, answer }) => [id, decision, answer]);

before(async () => {
  if (skip) return;
  folder = await mkdtemp(join(tmpdir(), 'temper-reviewed-'));
  file = await writeReviewHome(source, folder, { run, rows });
  served = await servePage(source);
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  served?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('rows are kept, changed and dropped by keyboard on a phone, page by page, until none waits', {
  skip,
}, async () => {
  const { page, end } = await openPage(browser, `${served.link}/en/runs/${run}`, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await page.getByRole('link', { name: /Review the rows of data: 12 without a decision/ }).press('Enter');
  await page.getByText('thesis.pdf · 1 斑点噪声 · page 1', { exact: true }).waitFor();
  await openAllFolds(page);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await isWiderThanScreen(page), false);

  const group = (at: number) => page.locator(`#row-a${at}`);
  for (let at = 1; at <= 10; at++) await group(at).getByLabel('keep', { exact: true }).press('Space');
  await group(2).getByLabel('drop', { exact: true }).press('Space');
  await group(3).getByRole('textbox', { name: 'Answer' }).fill('a better answer');
  await page.getByRole('button', { name: 'Save these decisions' }).press('Enter');
  await group(11).waitFor();
  assert.equal(await group(1).count(), 0, 'decided rows have left the list');
  assert.equal((await decided()).length, 10);
  assert.deepEqual((await decided()).slice(0, 3), [
    ['a1', 'keep', 'answer 1'],
    ['a2', 'drop', 'answer 2'],
    ['a3', 'edit', 'a better answer'],
  ]);

  for (const at of [11, 12]) await group(at).getByLabel('keep', { exact: true }).press('Space');
  await page.getByRole('button', { name: 'Save these decisions' }).press('Enter');
  await page.getByText(`npx temper rerun ${run}`).waitFor();
  assert.equal((await decided()).length, 12);
  await end();
});

test('a refused row says why, in the reader’s language, and can be kept all the same', { skip }, async () => {
  const { page, end } = await openPage(browser, `${served.link}/zh/runs/${run}/review/data?show=refused`);
  await page.getByText('原文中没有：7').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.locator('#row-a13').getByRole('radio').first().check();
  await page.locator('form button[type=submit]').click();
  await page.locator('#row-a13').waitFor({ state: 'detached' });
  assert.deepEqual((await decided()).at(-1), ['a13', 'keep', 'answer 13']);
  await end();
});
