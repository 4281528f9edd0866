// needs: time
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { pageApp } from '../../../cli/page/page-app.ts';
import { viewOf } from '../../../core/report/run-view.ts';
import { renderReport } from '../../../page/report.tsx';
import { ensureBuilt } from '../../../scripts/build.mjs';
import { noChromium, startChromium } from '../../rig/chromium.ts';
import { OneRun, run, underWay } from '../../rig/page-source.ts';
import { runFacts } from '../../rig/run-facts.ts';

const source = new OneRun();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server: ReturnType<typeof serve>;
let browser: Browser;
let link: string;

before(async () => {
  if (noChromium) return;
  // The page's script is a part of dist/.
  await ensureBuilt();
  let port = 0;
  server = serve({ fetch: pageApp(source, { token: 'token', port: () => port }).fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
  link = `http://127.0.0.1:${port}/token`;
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  if (server && 'closeAllConnections' in server) server.closeAllConnections();
  server?.close();
});

/** A page that fails the test if it writes an error, or asks anybody but its own server. */
async function opened(
  address: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; end: () => Promise<void> }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  // A busy machine may be slow; what never comes still ends the test.
  page.setDefaultTimeout(180_000);
  const wrong: string[] = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    if (!/^(?:data:|file:)/.test(request.url()) && !request.url().startsWith(link)) wrong.push(request.url());
  });
  await page.goto(address);
  return {
    page,
    end: async () => {
      await context.close();
      assert.deepEqual(wrong, []);
    },
  };
}

/** What keeps people out: contrast, names, order of headings. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' ')}`);
}

const isWiderThanScreen = async (page: Page) =>
  await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
const openAll = async (page: Page) =>
  await page.evaluate('document.querySelectorAll("details").forEach((fold) => { fold.open = true; })');

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
    source.asks = [
      { label: 'ask', waitsFor: { words: ['approve', 'reject'], about: 'Serve it?', type: [], since: 0 } },
    ];
    const { page, end } = await opened(`${link}/${language}/runs/${run}`, options);
    await openAll(page);
    assert.deepEqual(await barriers(page), []);
    assert.equal(await isWiderThanScreen(page), false);
    await page.goto(`${link}/${language}/`);
    assert.deepEqual(await barriers(page), []);
    await end();
  });

test('a report can be read, and is as wide as a phone', { skip: noChromium }, async () => {
  const context = await browser.newContext({ ...phone, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.setContent(renderReport(viewOf(runFacts()), 'en').replace(/<meta http-equiv[^>]*>/, ''));
  await openAll(page);
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
