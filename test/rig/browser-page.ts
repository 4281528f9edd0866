import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface OpenedPage {
  page: Page;
  /** Closes it; fails if it has written an error, or asked anybody but its own server. */
  end: () => Promise<void>;
}

/** A page of `temper open`. `isErrorExpected`: whether a console error is the browser's own, as of a server that is away. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
  isErrorExpected: (text: string) => boolean = () => false,
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  // A busy machine may be slow; what never comes still ends the test.
  page.setDefaultTimeout(180_000);
  const own = address.split('/').slice(0, 4).join('/');
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !isErrorExpected(message.text())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    if (!/^(?:data:|file:)/.test(request.url()) && !request.url().startsWith(own)) wrong.push(request.url());
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
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' ')}`);
}

export const isWiderThanScreen = async (page: Page): Promise<boolean> =>
  await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

export const openAllFolds = async (page: Page): Promise<void> =>
  await page.evaluate('document.querySelectorAll("details").forEach((fold) => { fold.open = true; })');

/** Confirms something in its two steps: the button that says what it does, then the one that does it. */
export async function confirm(page: Page, label: string): Promise<void> {
  await page.getByText(`${label} …`, { exact: true }).first().click();
  await page
    .getByRole('button', { name: `Confirm: ${label}` })
    .first()
    .click();
}
