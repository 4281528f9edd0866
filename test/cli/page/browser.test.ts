// needs: time
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { viewOf } from '../../../core/report/run-view.ts';
import type { ServedModel } from '../../../page/app/models.tsx';
import { renderReport } from '../../../page/report.tsx';
import { barriers, isWiderThanScreen, openAllFolds, openPage } from '../../rig/browser-page.ts';
import { noChromium, startChromium } from '../../rig/chromium.ts';
import { OneRun, run, underWay } from '../../rig/page-source.ts';
import { runFacts } from '../../rig/run-facts.ts';
import { servePage } from '../../rig/served-page.ts';

const source = new OneRun();
let served: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;
let link: string;

before(async () => {
  if (noChromium) return;
  served = await servePage(source);
  link = served.link;
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  served?.stop();
});

const opened = async (address: string, options?: BrowserContextOptions) => await openPage(browser, address, options);

const kept = {
  digest: `sha256:${'b'.repeat(64)}`,
  since: '2026-03-01T02:00:00Z',
  facts: { run, step: 'serve', score: 0.5 },
};
const model: ServedModel = {
  ...kept,
  name: 'parrot:latest',
  state: 'elsewhere',
  expected: kept.digest,
  kept: [kept],
};

const phone = { viewport: { width: 360, height: 740 } };
const looks: readonly [name: string, language: string, options: BrowserContextOptions][] = [
  ['in the light', 'en', { colorScheme: 'light' }],
  ['in the dark', 'en', { colorScheme: 'dark' }],
  ['on a phone', 'en', phone],
  ['in Chinese, on a phone, in the dark', 'zh', { ...phone, colorScheme: 'dark' }],
];

for (const [name, language, options] of looks)
  test(`a run can be read ${name}`, { skip: noChromium }, async () => {
    source.changed = {};
    source.served = [model];
    source.asks = [
      { label: 'ask', waitsFor: { words: ['approve', 'reject'], about: 'Serve it?', type: [], since: 0 } },
    ];
    const { page, end } = await opened(`${link}/${language}/runs/${run}`, options);
    await openAllFolds(page);
    assert.deepEqual(await barriers(page), []);
    assert.equal(await isWiderThanScreen(page), false);
    for (const path of ['', 'models', 'compare']) {
      await page.goto(`${link}/${language}/${path}`);
      await openAllFolds(page);
      assert.deepEqual(await barriers(page), []);
      assert.equal(await isWiderThanScreen(page), false);
    }
    await end();
  });

test('a report can be read, and is as wide as a phone', { skip: noChromium }, async () => {
  const context = await browser.newContext({ ...phone, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.setContent(renderReport(viewOf(runFacts()), 'en').replace(/<meta http-equiv[^>]*>/, ''));
  await openAllFolds(page);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await isWiderThanScreen(page), false);
  await context.close();
});

test('a run is watched: its curve grows, a fold stays open, and its end is told', { skip: noChromium }, async () => {
  source.asks = [];
  source.changed = underWay(20);
  const { page, end } = await opened(`${link}/en/runs/${run}`);
  await page.getByText('Step 20 of 60').waitFor();
  await page.getByText('shortest rows').click();
  source.changed = underWay(40);
  await page.getByText('Step 40 of 60').waitFor();
  assert.equal(await page.getByText('你好？').first().isVisible(), true);
  source.changed = {};
  await page.getByRole('heading', { name: 'The tuned model is better.' }).waitFor();
  await page.getByRole('paragraph').filter({ hasText: 'Interrupted after step 30' }).waitFor();
  await end();
});

test('a person approves with the keyboard, and reads first what that does', { skip: noChromium }, async () => {
  source.sent.length = 0;
  source.changed = underWay(20);
  source.asks = [{ label: 'ask', waitsFor: { words: ['approve', 'reject'], about: 'Serve it?', type: [], since: 0 } }];
  const { page, end } = await opened(`${link}/en/runs/${run}`);
  await page.getByText('Approve …').focus();
  await page.keyboard.press('Enter');
  await page.getByText('ask is approved, and the run continues.').waitFor();
  assert.deepEqual(source.sent, []);
  await page.keyboard.press('Tab');
  await page.keyboard.type('looks good');
  source.changed = underWay(40);
  await page.getByText('Step 40 of 60').waitFor();
  // What somebody types outlives an update of the page.
  await page.keyboard.type(' to me');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${link}/en/runs/${run}`);
  await page.getByText('Approve …').waitFor({ state: 'detached' });
  assert.deepEqual(source.sent, [{ word: 'approve', step: 'ask', comment: 'looks good to me' }]);
  await end();
});

test('whoever moves by keyboard through the graph stays where they are when the run goes on', {
  skip: noChromium,
}, async () => {
  source.asks = [];
  source.changed = underWay(20);
  const { page, end } = await opened(`${link}/en/runs/${run}`);
  await page.locator('#node-train').focus();
  source.changed = { ...underWay(40), doing: { train: { progress: { phase: { code: 'merging', facts: {} } } } } };
  await page.locator('#step-train').getByText('merging').waitFor();
  assert.equal(await page.evaluate('document.activeElement?.id'), 'node-train');
  await page.keyboard.press('Enter');
  assert.match(page.url(), /#step-train$/);
  await end();
});

test('a page elsewhere can neither read this one nor steer a run', { skip: noChromium }, async () => {
  source.sent.length = 0;
  const elsewhere = serve({
    fetch: () => new Response('<!doctype html><title>elsewhere</title>', { headers: { 'content-type': 'text/html' } }),
    hostname: '127.0.0.1',
    port: 0,
  });
  await new Promise<void>((resolve) => elsewhere.once('listening', resolve));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
  // Even one that has come to know the token.
  const target = JSON.stringify(`${link}/en/runs/${run}`);
  assert.equal(await page.evaluate(`fetch(${target}).then(() => 'read', () => 'kept out')`), 'kept out');
  await page.evaluate(
    `fetch(${target} + '/actions', { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ word: 'cancel' }) }).catch(() => {})`,
  );
  const framed = `new Promise((done) => { const f = document.createElement('iframe'); f.src = ${target}; f.onload = () => done(f.contentDocument?.body?.innerText ?? 'kept out'); document.body.append(f); })`;
  assert.equal(await page.evaluate(framed), 'kept out');
  assert.deepEqual(source.sent, []);
  await context.close();
  elsewhere.close();
});
