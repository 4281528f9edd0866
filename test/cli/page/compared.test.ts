// needs: time
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { HomeSource } from '../../../cli/page/home-source.ts';
import { openHome } from '../../../services/machine/home.ts';
import { barriers, isWiderThanScreen, openAllFolds, openPage } from '../../rig/browser-page.ts';
import { noChromium, startChromium } from '../../rig/chromium.ts';
import { writeRun } from '../../rig/run-home.ts';
import { servePage } from '../../rig/served-page.ts';
import { type SpokenOllama, startSpokenOllama } from '../../rig/servers/spoken-ollama.ts';

// A run that has ended, and an Ollama whose models each say their name.
let ollama: SpokenOllama;
let folder: string;
let rows: string;
let run: string;
let source: HomeSource;
let page: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;
const skip = noChromium;

before(async () => {
  if (skip) return;
  ollama = await startSpokenOllama();
  folder = await mkdtemp(join(tmpdir(), 'temper-compared-'));
  process.env.OLLAMA_HOST = ollama.url;
  process.env.TEMPER_HOME = join(folder, 'home');
  const home = openHome();
  run = (await writeRun(home.root)).runId;
  rows = join(folder, 'rows.jsonl');
  await writeFile(rows, '{"instruction": "Hi?", "output": "Ahoy!"}\n');
  const plan = join(home.runs, run, 'plan.json');
  await writeFile(plan, (await readFile(plan, 'utf8')).replace('/work/rows.jsonl', rows));
  ollama.models = { 'parrot-base:latest': `sha256:${'a'.repeat(64)}`, 'parrot:candidate': `sha256:${'b'.repeat(64)}` };
  source = new HomeSource(home);
  page = await servePage(source);
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  page?.stop();
  await source?.close();
  await ollama?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('a blind choice is counted, and the better answer becomes a row, by keyboard and on a phone', {
  skip,
}, async () => {
  const { page: view, end } = await openPage(browser, `${page.link}/en/compare?of=${run}`, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await view.getByLabel('Question').fill('Who sails?');
  await view.getByLabel('Hide which model').check();
  await view.getByRole('button', { name: 'Ask', exact: true }).press('Enter');
  await view.getByText('Which answer is better?').waitFor();
  assert.equal(await view.getByRole('heading', { name: 'parrot' }).count(), 0);
  assert.equal(await view.getByText('Add to the rows …').count(), 0);
  await view.getByRole('button', { name: 'A', exact: true }).press('Enter');
  await view.getByText(/Chosen blind so far: .* 1.*, none 0\./).waitFor();
  await view.getByRole('heading', { name: 'parrot:candidate' }).waitFor();

  await openAllFolds(view);
  assert.deepEqual(await barriers(view), []);
  assert.equal(await isWiderThanScreen(view), false);
  await view.getByLabel('Answer to learn').first().fill('Ahoy, we sail!');
  await view.getByRole('button', { name: 'Confirm: Add to the rows' }).first().press('Enter');
  await view.getByText(/Added as line 2 of/).waitFor();
  assert.match(await readFile(rows, 'utf8'), /\n{"instruction":"Who sails\?","output":"Ahoy, we sail!"}\n$/);
  await end();
});

test('a question of the exam is one click away, and does not become a row', { skip }, async () => {
  const { page: view, end } = await openPage(browser, `${page.link}/en/runs/${run}`);
  await view.locator('#to-report').getByText('Compare').click();
  await view.getByText('Ask a question of the exam').click();
  await view.getByRole('button', { name: 'Which sea is salt?' }).click();
  await view.getByText('This is a question of the exam').waitFor();
  assert.equal(await view.getByText('Add to the rows …').count(), 0);
  await end();
});
