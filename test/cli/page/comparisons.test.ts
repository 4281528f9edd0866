// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Comparisons } from '../../../cli/page/comparisons.ts';
import { pageApp } from '../../../cli/page/page-app.ts';
import { type Home, openHome } from '../../../services/machine/home.ts';
import { eventually } from '../../rig/eventually.ts';
import { OneRun } from '../../rig/page-source.ts';
import { writeRun } from '../../rig/run-home.ts';
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

/** A run in the home whose rows lie in a file of their own, and whose models Ollama has. */
async function withRun(): Promise<{ run: string; rows: string }> {
  const { runId: run } = await writeRun(home.root);
  const rows = join(folder, 'rows.jsonl');
  await writeFile(rows, '{"instruction": "Hi?", "output": "Ahoy!"}\n');
  const plan = join(home.runs, run, 'plan.json');
  await writeFile(plan, (await readFile(plan, 'utf8')).replace('/work/rows.jsonl', rows));
  ollama.models = { ...ollama.models, 'parrot-base:latest': one, 'parrot:candidate': two };
  return { run, rows };
}

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

test('a chosen answer, corrected, becomes a row beside the others, once', async () => {
  const { run, rows } = await withRun();
  const path = await asked({ of: run, question: 'Who sails?' });
  const page = await get(path);
  assert.match(page, /The next run learns it|Add to the rows/);
  assert.match(page, /printf &#39;%s|printf '%s/);
  const form = { at: '1', file: rows, answer: 'Ahoy, we sail!' };
  assert.equal((await post(`${path}/rows`, form)).status, 303);
  assert.equal((await post(`${path}/rows`, form)).status, 409);
  assert.equal(
    await readFile(rows, 'utf8'),
    '{"instruction": "Hi?", "output": "Ahoy!"}\n{"instruction":"Who sails?","output":"Ahoy, we sail!"}\n',
  );
  assert.match(await get(path), /Added as line 2 of /);
});

test('only the run’s own files take a row, and no question of its exam', async () => {
  const { run, rows } = await withRun();
  const elsewhere = join(folder, 'other.jsonl');
  await writeFile(elsewhere, '{"instruction": "Hi?", "output": "Ahoy!"}\n');
  const path = await asked({ of: run, question: 'Who sails?' });
  assert.equal((await post(`${path}/rows`, { at: '0', file: elsewhere, answer: 'no' })).status, 409);
  const ofExam = await asked({ of: run, question: 'which  sea is salt?' });
  assert.match(await get(ofExam), /This is a question of the exam/);
  assert.equal((await post(`${ofExam}/rows`, { at: '0', file: rows, answer: 'no' })).status, 409);
  assert.doesNotMatch((await readFile(elsewhere, 'utf8')) + (await readFile(rows, 'utf8')), /"no"/);
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
