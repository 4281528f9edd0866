// Run as: npm run screenshots
// Runs the quick start in the home at hand, kills its training twice, and takes the pictures of docs/: the run in mid-training,
// its report, and two models compared. Needs Chromium and a Chinese font (`apt-get install chromium fonts-noto-cjk`), and leaves
// the services running: `npx temper down` ends them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { noChromium, startChromium } from '../test/rig/chromium.ts';
import { openCommand } from '../test/rig/open-command.ts';

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
const { run } = JSON.parse(temper('quickstart', '--no-reuse', '--detach', '--json')) as { run: string };
const { link, end } = await openCommand();
const browser = await startChromium();
const page = await browser.newPage({ viewport: { width, height: 1200 }, colorScheme: 'light' });
page.setDefaultTimeout(3_600_000);

await page.goto(`${link}/en/runs/${run}`);
await page.getByText(/^Step [4-9] of 20/).waitFor();
killTraining();
await page.getByText(/^Step 1[4-9] of 20/).waitFor();
await picture(page, 'page-run', '#training');
killTraining();

await page.locator('h1.better, h1.not_better').waitFor();
await pictureOfReport();
await page.goto(`${link}/en/compare?of=${run}`);
await page.getByLabel('Question').fill(question);
await page.getByRole('button', { name: 'Ask', exact: true }).click();
await page.locator('#ask').waitFor();
await picture(page, 'page-compare', '#ask');

await browser.close();
await end();

/** Kills the trainer, as a machine that runs out of memory does. */
function killTraining(): void {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const trainer = processes.find((line) => line.includes('-m trainer train ') && line.includes(run));
  if (!trainer) throw new Error('the trainer is not found');
  process.kill(Number.parseInt(trainer, 10), 'SIGKILL');
}

/** The page from its top to the end of an element. */
async function picture(shown: Page, name: string, last: string): Promise<void> {
  const box = await shown.locator(last).boundingBox();
  const height = Math.ceil(box!.y + box!.height + 16);
  await shown.setViewportSize({ width, height });
  await shown.screenshot({ path: at(`docs/${name}.png`) });
}

/** The beginning of the report and its curves, side by side. */
async function pictureOfReport(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'temper-screenshots-'));
  const file = join(folder, 'report.html');
  temper('report', run, '--out', file);
  const size = { width: 800, height: 860 };
  const report = await browser.newPage({ viewport: size, colorScheme: 'light' });
  await report.goto(`file://${file}`);
  const halves = [await report.screenshot()];
  await report.locator('#training').evaluate((training) => training.scrollIntoView());
  halves.push(await report.screenshot());
  await report.setViewportSize({ width: 2 * size.width, height: size.height });
  const images = halves.map(
    (half) => `<img width="${size.width}" src="data:image/png;base64,${half.toString('base64')}">`,
  );
  await report.setContent(`<body style="margin: 0; display: flex">${images.join('')}</body>`);
  await report.screenshot({ path: at('docs/report.png') });
  await report.close();
  rmSync(folder, { recursive: true });
}
