// Run as: npm run screenshots
// Runs the quick start in the home at hand and takes the pictures of docs/: a run in mid-training, and two models compared.
// Needs Chromium, and leaves the services running: `npx temper down` ends them.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { noChromium, startChromium } from '../test/rig/chromium.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const temper = (...args: string[]): string =>
  execFileSync(process.execPath, [at('bin/temper.mjs'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Wide enough for the graph of the quick start, and small enough for a README. */
const width = 1000;
/** A question that no row and no exam asks. */
const question = 'What do you call a young dolphin?';

if (noChromium) throw new Error(noChromium);
const { run } = JSON.parse(temper('quickstart', '--detach', '--json')) as { run: string };
const { child, link } = await openPage();
const browser = await startChromium();
const page = await browser.newPage({ viewport: { width, height: 1200 }, colorScheme: 'light' });
page.setDefaultTimeout(3_600_000);

await page.goto(`${link}en/runs/${run}`);
await page.locator('h1.better, h1.not_better, #training').first().waitFor();
// Half of the curve is there, or the run was over before.
await page
  .getByText(/Step (?:1\d|20) of 20/)
  .or(page.locator('h1.better, h1.not_better'))
  .first()
  .waitFor();
await picture(page, 'page-run', '#training');

await page.locator('h1.better, h1.not_better').waitFor();
await page.goto(`${link}en/compare?of=${run}`);
await page.getByLabel('Question').fill(question);
await page.getByRole('button', { name: 'Ask', exact: true }).click();
await page.locator('#ask').waitFor();
await picture(page, 'page-compare', '#ask');

await browser.close();
child.kill('SIGTERM');

/** The page from its top to the end of an element. */
async function picture(shown: Page, name: string, last: string): Promise<void> {
  // A machine without a Chinese font draws boxes in place of this link.
  await shown.addStyleTag({ content: 'nav a[lang="zh-CN"] { visibility: hidden; }' });
  const box = await shown.locator(last).boundingBox();
  const height = Math.ceil(box!.y + box!.height + 16);
  await shown.setViewportSize({ width, height });
  await shown.screenshot({ path: at(`docs/${name}.png`) });
}

async function openPage(): Promise<{ child: ChildProcess; link: string }> {
  const opened = spawn(process.execPath, [at('bin/temper.mjs'), 'open', '--no-browser', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of opened.stdout) {
    said += String(text);
    if (said.includes('}')) break;
  }
  return { child: opened, link: (JSON.parse(said) as { link: string }).link };
}
