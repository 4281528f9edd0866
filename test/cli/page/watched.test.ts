// needs: temporal
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { ensureBuilt } from '../../../scripts/build.mjs';
import { barriers, confirm, openPage } from '../../rig/browser-page.ts';
import { noChromium, startChromium } from '../../rig/chromium.ts';
import { openCommand } from '../../rig/open-command.ts';
import { broken, HomeRig } from '../../rig/servers/home-rig.ts';

// A real Temporal, a real `temper open`, a real browser; the steps wait to be told how they end.
let rig: HomeRig;
let browser: Browser;
const skip = noChromium;

before(async () => {
  if (skip) return;
  await ensureBuilt();
  rig = await HomeRig.start();
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  await rig?.stop();
});

const serve = async () => await openCommand(rig.env);

const document = `name: watched
steps:
  data: { uses: run, with: { command: [date] } }
  ask: { uses: approve, needs: [data], with: { message: "Serve it?" } }
  serve: { uses: run, needs: [ask], with: { command: [date] } }
`;

async function start(): Promise<string> {
  const text = await rig.ok('run', await rig.file('watched.yaml', document), '--detach', '--json');
  return (JSON.parse(text) as { run: string }).run;
}

test('a run is watched on two pages from its start to its end, paused, resumed and approved on them', {
  skip,
}, async () => {
  const { link, end } = await serve();
  await rig.withSteps(async (steps) => {
    const list = await openPage(browser, `${link}/en/`);
    const run = await start();
    await list.page.getByText(run).click();
    const other = await openPage(browser, `${link}/zh/runs/${run}`);
    const data = await steps.next('data');
    await list.page.getByRole('heading', { name: 'Under way: data.' }).waitFor();
    await list.page.locator('#node-data.running').waitFor();

    await confirm(list.page, 'Pause');
    await other.page.getByRole('heading', { name: '运行已暂停。' }).waitFor();
    data.succeed({ summary: '3 rows' });
    await list.page.locator('#node-data.succeeded').waitFor();
    await confirm(list.page, 'Resume');

    await other.page.getByRole('heading', { name: '运行正在等您处理：ask。' }).waitFor();
    await list.page.getByText('Approve …').click();
    await list.page.getByText('ask is approved, and the run continues with serve (run).').waitFor();
    await list.page.getByText(`npx temper approve ${run} --step ask`).waitFor();
    assert.deepEqual(await barriers(list.page), []);
    await list.page.getByLabel('Comment').first().fill('looks good');
    await list.page.keyboard.press('Enter');
    (await steps.next('serve')).succeed({ summary: 'served' });

    await list.page.getByRole('heading', { name: 'The run succeeded.' }).waitFor();
    await other.page.getByRole('heading', { name: '运行成功' }).waitFor();
    await list.page.getByText('looks good').first().waitFor();
    await list.end();
    await other.end();
  });
  await end();
});

test('a failed run says what to do, and is resumed on the page', { skip }, async () => {
  const { link, end } = await serve();
  await rig.withSteps(async (steps) => {
    const run = await start();
    const { page, end: close } = await openPage(browser, `${link}/en/runs/${run}`);
    (await steps.next('data')).fail(broken());
    await page.getByRole('heading', { name: 'The run failed at data.' }).waitFor();
    await page.locator('.failure').getByText('no rows').waitFor();
    await page.getByText(`npx temper rerun ${run}`).first().waitFor();
    await page.getByText('Resume …').click();
    await page.getByText(`npx temper resume ${run}`).waitFor();
    await page.getByRole('button', { name: 'Confirm: Resume' }).click();
    await page.getByRole('heading', { name: 'Under way: data.' }).waitFor();
    (await steps.next('data')).succeed();
    await confirm(page, 'Reject');
    await page.getByRole('heading', { name: 'The run failed at ask.' }).waitFor();
    await page.locator('#node-serve.blocked').waitFor();
    await close();
  });
  await end();
});

test('an open page says that its server is away, and goes on when it is back', { skip }, async () => {
  const first = await serve();
  await rig.withSteps(async (steps) => {
    const run = await start();
    // The browser itself tells of a connection that is refused.
    const isAway = (text: string) => text.includes('net::ERR_');
    const { page, end: close } = await openPage(browser, `${first.link}/en/runs/${run}`, {}, isAway);
    const data = await steps.next('data');
    await page.locator('#node-data.running').waitFor();
    await first.end();
    await page.getByRole('alert').waitFor();
    data.succeed();
    const second = await serve();
    assert.equal(second.link, first.link);
    await page.locator('#node-data.succeeded').waitFor();
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    await close();
    await rig.ok('reject', run);
    await second.end();
  });
});
