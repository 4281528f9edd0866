// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageApp } from '../../../cli/page/page-app.ts';
import { OneRun, run } from '../../rig/page-source.ts';

const source = new OneRun();
const app = pageApp(source, { token: 'token', port: () => 4000 });
const origin = 'http://127.0.0.1:4000';
const get = async (path: string, headers: Record<string, string> = {}) =>
  await app.request(`${origin}${path}`, { headers: { host: '127.0.0.1:4000', ...headers } });
const post = async (path: string, form: Record<string, string>) =>
  await app.request(`${origin}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { host: '127.0.0.1:4000', origin, 'sec-fetch-site': 'same-origin' },
  });

test('without the token there is nothing, whatever is asked for', async () => {
  for (const path of [
    '/',
    '/favicon.ico',
    '/page.js',
    `/en/runs/${run}`,
    `/other/en/`,
    '/token2/en/',
    '/%74oken%2fen/',
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, 403, path);
    assert.doesNotMatch(await answer.text(), /parrot|token2/);
  }
});

test('the link leads to the page in the language of the browser', async () => {
  assert.equal((await get('/token/', { 'accept-language': 'zh-CN,zh;q=0.9' })).headers.get('location'), '/token/zh/');
  assert.equal((await get('/token/')).headers.get('location'), '/token/en/');
  assert.equal((await get(`/token/runs/${run}`)).headers.get('location'), `/token/en/runs/${run}`);
});

test('every answer forbids scripts of others, other sources and frames', async () => {
  for (const path of ['/token/en/', `/token/en/runs/${run}`, `/token/en/runs/${run}/logs/train`, '/x']) {
    const { headers } = await get(path);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/, path);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
});

test('the list leads to the run, and the run to its log and its report', async () => {
  assert.match(await (await get('/token/en/')).text(), new RegExp(`href="/token/en/runs/${run}"`));
  const page = await (await get(`/token/en/runs/${run}`)).text();
  assert.match(page, new RegExp(`href="/token/en/runs/${run}/logs/train"`));
  const report = await get(`/token/en/runs/${run}/report`);
  assert.equal(report.headers.get('content-disposition'), `attachment; filename="${run}.html"`);
  assert.doesNotMatch(await report.text(), /token\/en/);
});

test('a log is text, whatever it holds', async () => {
  assert.match(await (await get(`/token/en/runs/${run}/logs/train`)).text(), /&lt;b>not bold&lt;\/b>/);
});

test('what nobody has is not found', async () => {
  for (const path of [
    '/token/en/runs/other',
    `/token/en/runs/${run}/logs/other`,
    '/token/en/runs/..%2f..',
    '/token/de/',
  ])
    assert.equal((await get(path)).status, 404, path);
  assert.match(await (await get('/token/zh/runs/other')).text(), /没有这个页面.*href="\/token\/zh\/"/s);
});

test('an answer of a person is passed on, and one that fits nothing changes nothing and says so', async () => {
  source.asks = [{ label: 'ask', waitsFor: { words: ['approve', 'reject'], about: 'Serve it?', type: [], since: 0 } }];
  const page = await (await get(`/token/en/runs/${run}`)).text();
  assert.match(page, /ask is approved, and the run continues\./);
  const done = await post(`/token/en/runs/${run}/actions`, { word: 'approve', step: 'ask', comment: 'fine' });
  assert.equal(done.status, 303);
  assert.deepEqual(source.sent, [{ word: 'approve', step: 'ask', comment: 'fine' }]);
  const late = await post(`/token/en/runs/${run}/actions`, { word: 'approve', step: 'ask' });
  assert.equal(late.status, 409);
  assert.match(await late.text(), /Nothing was changed.*no step waits for this.*look again/s);
  assert.equal(source.sent.length, 1);
});

test('every answer says beforehand what it does to which steps, and the command that does the same', async () => {
  source.asks = [
    { label: 'verdict', waitsFor: { words: ['approve', 'reject'], about: 'Serve it?', type: [], since: 0 } },
  ];
  const page = await (await get(`/token/en/runs/${run}`)).text();
  assert.match(page, /verdict is approved, and the run continues with serve \(promote\)\./);
  assert.match(page, /the steps that depend on it are blocked: serve \(promote\)\./);
  assert.match(page, new RegExp(`npx temper approve ${run} --step verdict`));
});

test('a closed run can be resumed, unless it has succeeded', async () => {
  source.asks = [];
  source.changed = { state: { status: 'cancelled' } };
  const page = await (await get(`/token/en/runs/${run}`)).text();
  assert.match(page, new RegExp(`Finished steps are kept.*npx temper resume ${run}`, 's'));
  source.changed = {};
  assert.doesNotMatch(await (await get(`/token/en/runs/${run}`)).text(), /temper resume/);
});

test('a failure ends with the command to type', async () => {
  const failure = { code: 'OUT_OF_MEMORY', message: 'no memory left', remedy: 'Halve `batch_size`.' } as const;
  source.changed = { state: { status: 'failed', steps: { train: { uses: 'train', state: 'failed', failure } } } };
  const page = await (await get(`/token/en/runs/${run}`)).text();
  assert.match(page, new RegExp(`npx temper rerun ${run} --set train.batch_size=VALUE`));
  source.changed = {};
});

test('the served models are told with those that each name can go back to', async () => {
  const kept = {
    digest: `sha256:${'b'.repeat(64)}`,
    since: '2026-03-01T02:00:00Z',
    facts: { run, step: 'serve', score: 0.5 },
  };
  const digest = `sha256:${'a'.repeat(64)}`;
  const facts = { run, step: 'serve', score: 0.81, metric: 'chrf', baseline: 0.12, rows: 4, data: kept.digest };
  source.served = [
    { name: 'parrot:latest', state: 'served', digest, since: '2026-03-02T02:00:00Z', facts, kept: [kept] },
  ];
  const page = await (await get('/token/en/models')).text();
  assert.match(page, /0\.81 chrf, before 0\.12/);
  assert.match(page, /parrot:latest is moved to bbbbbbbbbbbb\. aaaaaaaaaaaa, which it serves now, is kept/);
  assert.match(page, new RegExp(`npx temper rollback parrot:latest --to ${run}`));
  const done = await post('/token/en/models/rollback', { name: 'parrot:latest', to: run });
  assert.equal(done.headers.get('location'), '/token/en/models');
  assert.deepEqual(source.rolledBack, [['parrot:latest', run]]);
});
