// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Comparisons } from '../../../cli/page/comparisons.ts';
import { pageApp } from '../../../cli/page/page-app.ts';
import { type Home, openHome } from '../../../services/machine/home.ts';
import { eventually } from '../../rig/eventually.ts';
import { OneRun } from '../../rig/page-source.ts';
import { type SpokenOllama, startSpokenOllama } from '../../rig/servers/spoken-ollama.ts';

// An Ollama whose models each say their name.
let ollama: SpokenOllama;
let folder: string;
let home: Home;
let app: ReturnType<typeof pageApp>;
const origin = 'http://127.0.0.1:4000';
const [one, two] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string];

before(async () => {
  ollama = await startSpokenOllama();
  ollama.models = { 'one:latest': one, 'two:latest': two };
  process.env.OLLAMA_HOST = ollama.url;
  folder = await mkdtemp(join(tmpdir(), 'temper-comparisons-'));
  home = openHome({ TEMPER_HOME: folder });
  const source = Object.assign(new OneRun(), { comparisons: new Comparisons(home, async () => undefined) });
  app = pageApp(source, { token: 'token', port: () => 4000 });
});
after(async () => {
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
});

const headers = { host: '127.0.0.1:4000', origin, 'sec-fetch-site': 'same-origin' };
const get = async (path: string) => await (await app.request(origin + path, { headers })).text();
const post = async (path: string, form: Record<string, string>) =>
  await app.request(origin + path, { method: 'POST', body: new URLSearchParams(form), headers });

/** Asks, and waits for the answers. Returns the address of the comparison. */
async function asked(form: Record<string, string>): Promise<string> {
  const answer = await post('/token/en/compare', { of: 'one two', question: 'Who are you?', ...form });
  const path = answer.headers.get('location') ?? '';
  await eventually('the answers', async () => (/<form id="(?:ask|choice)"/.test(await get(path)) ? true : undefined));
  return path;
}

test('two models answer side by side, and the words that differ are marked', async () => {
  const page = await get(await asked({}));
  assert.match(page, /<h2>one:latest<\/h2>/);
  assert.match(page, /I am <mark>one/);
});

test('opening an address asks no model', async () => {
  const before = ollama.asked.length;
  await get('/token/en/compare?of=one&question=Who');
  assert.equal(ollama.asked.length, before);
});

test('a blind choice is made before the models are known, and counted once', async () => {
  const path = await asked({ blind: 'yes', question: 'Blind?' });
  const page = await get(path);
  assert.match(page, /<h2>A<\/h2>.*<h2>B<\/h2>/s);
  // Each says its name in its answer; the page must not.
  assert.doesNotMatch(page.replace(/<p class="text">.*?<\/p>/gs, ''), /(?:one|two):latest/);
  await post(`${path}/choice`, { at: '0' });
  await post(`${path}/choice`, { at: '1' });
  const revealed = await get(path);
  assert.match(revealed, /one:latest.*two:latest|two:latest.*one:latest/s);
  assert.match(revealed, /Chosen blind so far: .* 1.*, none 0\./);
  const lines = (await readFile(join(home.root, 'comparisons', 'choices.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 1);
  assert.equal(JSON.parse(lines[0]!).question, 'Blind?');
});

test('a model that answered is not chosen without being asked blind', async () => {
  const path = await asked({});
  await post(`${path}/choice`, { at: '0' });
  assert.doesNotMatch(await get(path), /Chosen blind/);
});

test('a wrong name is told with what to do, and asks nothing', async () => {
  const before = ollama.asked.length;
  const answer = await post('/token/en/compare', { of: 'one three', question: 'Who?' });
  assert.equal(answer.status, 409);
  assert.match(await answer.text(), /three/);
  const none = await post('/token/en/compare', { of: 'one two', question: ' ' });
  assert.match(await none.text(), /there is no question/);
  assert.equal(ollama.asked.length, before);
});
