// needs: ollama
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { HomeSource } from '../../../cli/page/home-source.ts';
import { openHome } from '../../../services/machine/home.ts';
import { holdServingName } from '../../../services/promotion/serving-name.ts';
import { barriers, confirm, openPage } from '../../rig/browser-page.ts';
import { noChromium, startChromium } from '../../rig/chromium.ts';
import { servePage } from '../../rig/served-page.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { putModel } from '../../rig/smallest-gguf.ts';

// A real Ollama with a name that two nights have moved.
let ollama: TestOllama;
let folder: string;
let source: HomeSource;
let served: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;
const digests: string[] = [];
const skip = noChromium;
const nights = ['nightly-20260101-020000-aaaa', 'nightly-20260102-020000-bbbb'];

before(async () => {
  if (skip) return;
  ollama = await startOllama();
  folder = await mkdtemp(join(tmpdir(), 'temper-rolled-back-'));
  process.env.OLLAMA_HOST = ollama.url;
  process.env.TEMPER_HOME = join(folder, 'home');
  const home = openHome();
  for (const [at, run] of nights.entries()) {
    const name = `candidate:${at}`;
    digests.push(await putModel(ollama.server, name, `night ${at}`, folder));
    await holdServingName({ store: home.store, server: ollama.server, name: 'bot:latest' }, async (held) => {
      await held.move({
        by: 'promote',
        source: { name, digest: digests[at]! },
        run,
        step: 'serve',
        score: 0.5 + at / 10,
      });
    });
  }
  source = new HomeSource(home);
  served = await servePage(source);
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  served?.stop();
  await source?.close();
  await ollama?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const now = async () => (await ollama.server.find('bot:latest'))!.digest;

test('a served model is rolled back on the page, which a second page shows, and forward again', { skip }, async () => {
  const one = await openPage(browser, `${served.link}/en/models`);
  const other = await openPage(browser, `${served.link}/en/models`);
  assert.equal(await now(), digests[1]);
  await one.page.getByText('Serve it again …').click();
  await one.page.getByText(`npx temper rollback bot:latest --to ${nights[0]}`).waitFor();
  assert.deepEqual(await barriers(one.page), []);
  await one.page.getByRole('button', { name: 'Confirm: Serve it again' }).click();
  await one.page.getByText('(by rollback)').waitFor();
  assert.equal(await now(), digests[0]);
  await other.page.getByText('(by rollback)').waitFor();
  await other.page.getByText(`promoted by ${nights[1]}`).waitFor();
  await confirm(other.page, 'Serve it again');
  await one.page.locator('.served').getByText('0.60').first().waitFor();
  assert.equal(await now(), digests[1]);
  await one.end();
  await other.end();
});
