import { existsSync } from 'node:fs';
import { type Browser, chromium as playwright } from 'playwright-core';

/** Where packages of Chromium and Chrome put their program. `CHROMIUM_PATH` names another one. */
const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const found = [process.env.CHROMIUM_PATH, ...usual].find((path) => path && existsSync(path));

/** Why tests in a browser cannot run here; `false` if they can. */
export const noChromium: string | false =
  found === undefined ? `no Chromium is installed: set CHROMIUM_PATH, or put it at ${usual[0]}` : false;

export async function startChromium(): Promise<Browser> {
  // Chromium's sandbox refuses to run for root, which containers are.
  const args = ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return await playwright.launch({ executablePath: found!, args });
}
