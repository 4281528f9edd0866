import assert from 'node:assert/strict';
import { barriers, openPage } from '../rig/browser-page.ts';
import { startChromium } from '../rig/chromium.ts';
import { openCommand } from '../rig/open-command.ts';

/**
 * Watches the next run of a pipeline in a browser as a person does, from the list to its verdict and without a reload, and
 * returns what the page said of the training: at first, and at the end.
 */
export async function watchOnPage(
  env: Readonly<Record<string, string>>,
  pipeline: string,
): Promise<{ underWay: string | null; ended: string | null; verdict: string | null }> {
  const { link, end } = await openCommand(env);
  const browser = await startChromium();
  try {
    const { page, end: close } = await openPage(browser, `${link}/en/`);
    await page
      .getByText(new RegExp(`^${pipeline}-\\d{8}-`))
      .first()
      .click();
    await page.locator('#node-train.running').waitFor();
    const progress = page.locator('#training').getByText(/^Step [\d,]+ of/);
    const underWay = await progress.textContent();
    const headline = page.locator('h1.better, h1.not_better');
    await headline.waitFor();
    const ended = await progress.textContent();
    assert.ok((await page.locator('#training path.line-0').count()) > 0, 'a curve is drawn');
    assert.deepEqual(await barriers(page), []);
    const verdict = await headline.getAttribute('class');
    await close();
    return { underWay, ended, verdict };
  } finally {
    await browser.close();
    await end();
  }
}
