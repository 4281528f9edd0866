// needs: python, temporal, ollama
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/client';
import { openHome } from '../../services/machine/home.ts';
import { connectTemporal, type TemporalConnection } from '../../services/temporal/connect.ts';
import { eventually } from '../rig/eventually.ts';
import { temper } from '../rig/temper.ts';

/** Of each secret a part that no encoding changes: where it is found, more than the name of the secret has got out. */
const canaries = Array.from({ length: 4 }, () => `c4n4ry${randomBytes(8).toString('hex')}`) as [
  string,
  string,
  string,
  string,
];
const [kept, custom, token, password] = canaries;
const keptSecret = `${kept} /+"&% ö\nsecond-${kept}`;

const says = `
const { KEPT, CUSTOM, HUB } = process.env;
const fs = require('node:fs');
for (const stream of [process.stdout, process.stderr])
  for (const form of [KEPT, CUSTOM, encodeURIComponent(KEPT), new URLSearchParams({ KEPT }), JSON.stringify({ KEPT }), 'http://me:' + HUB + '@host/'])
    stream.write('said ' + form + '\\n');
process.stdout.write('x'.repeat(65_530) + CUSTOM + 'x'.repeat(100_000) + '\\nin two: ' + CUSTOM.slice(0, 9));
setTimeout(() => process.stdout.write(CUSTOM.slice(9) + '\\n'), 100);
fs.writeFileSync('lengths', [KEPT, CUSTOM, HUB].map((text) => text.length).join());
`;
const waits = 'setInterval(() => fs.existsSync(process.argv[1]) && process.exit(), 50)';
const env = '{ KEPT: "${{ secrets.KEPT }}", CUSTOM: "${{ secrets.CUSTOM_CANARY }}", HUB: "${{ secrets.HF_TOKEN }}" }';
const document = (folder: string) => `
name: secrets
steps:
  tell: { uses: run, with: { command: [node, -e, ${JSON.stringify(says + waits)}, ${folder}/go-on], inputs: {}, outputs: { lengths: { path: lengths } }, env: ${env} } }
  fail: { uses: run, needs: [tell], with: { command: [node, -e, ${JSON.stringify(`${says} setTimeout(() => { throw new Error(KEPT + CUSTOM + HUB) }, 300)`)}], env: ${env} }, retry: { max_attempts: 2, initial_interval: 1s } }
`;
const gated = `
name: gated
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: org/gated, dataset: "\${{ steps.data.outputs.dataset }}" } }
`;

let folder: string;
let hub: Server;
const asked: string[] = [];
let environment: Record<string, string>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-secrets-'));
  // A Hub that refuses everybody, and says back what it was sent.
  hub = createServer((request, answer) => {
    const sent = String(request.headers.authorization);
    asked.push(sent);
    answer.writeHead(403, { 'X-Error-Message': `no ${sent}`, 'Content-Type': 'application/json' });
    answer.end(JSON.stringify({ error: `no ${sent}` }));
  }).listen(0, '127.0.0.1');
  await once(hub, 'listening');
  environment = {
    TEMPER_HOME: join(folder, 'home'),
    TEMPER_OLLAMA: 'own',
    HF_TOKEN: token,
    CUSTOM_CANARY: custom,
    HF_HUB_OFFLINE: '0',
    HF_ENDPOINT: `http://me:${password}@127.0.0.1:${(hub.address() as AddressInfo).port}`,
  };
  await writeFile(join(folder, 'secrets.yaml'), document(folder));
  await writeFile(join(folder, 'gated.yaml'), gated);
  await writeFile(join(folder, 'rows.jsonl'), '{"prompt":"a","completion":"b"}\n');
});
after(async () => {
  await temper(['down'], environment);
  hub.close();
  await rm(folder, { recursive: true, force: true });
});

/** Where a canary shows in a text or in bytes; nothing is the only good answer. */
const leaks = (where: string, what: string | Uint8Array): string[] =>
  canaries.flatMap((canary) => {
    const text = Buffer.from(what);
    const at = text.indexOf(canary);
    return at < 0 ? [] : [`${where}: …${text.subarray(Math.max(0, at - 120), at + 60)}…`];
  });

/** Command lines of every process there is, since a secret on one could be read by everybody. */
function commandLines(): string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
}

/** Every text and every run of bytes in an answer of Temporal: payloads travel as bytes, of which JSON would show base64. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

test('secrets from the environment and from `secret set` reach the command and nothing else', async () => {
  const found: string[] = [];
  const look = (where: string, what: string | Uint8Array) => found.push(...leaks(where, what));
  const cli = async (args: string[], input?: string) => {
    const ended = await temper(args, environment, input === undefined ? {} : { input });
    look(`temper ${args.join(' ')}`, ended.stdout + ended.stderr);
    return ended;
  };
  const commands = new Set<string>();
  const sampling = setInterval(() => {
    for (const line of commandLines()) commands.add(line);
  }, 50);
  let connection: TemporalConnection | undefined;
  try {
    await cli(['secret', 'set', 'KEPT'], keptSecret);
    await cli(['secret']);
    const started = await cli(['run', '--detach', join(folder, 'secrets.yaml')]);
    const runId = /^secrets-\S+/m.exec(started.stdout)?.[0];
    assert.ok(runId, started.stdout + started.stderr);
    const home = openHome(environment);
    connection = await connectTemporal(home, environment);
    const handle = connection.client.workflow.getHandle(runId);
    const log = join(home.runs, runId, 'steps', 'tell', 'log.txt');
    await eventually('the command to have said all', async () =>
      (await readFile(log, 'utf8').catch(() => '')).includes('in two:') ? true : undefined,
    );
    const beat = await eventually('a heartbeat with its last line', async () => {
      const { raw } = await handle.describe();
      for (const text of texts(raw)) look('description', text);
      const [details] = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
      const beat = details && JSON.stringify(defaultPayloadConverter.fromPayload(details));
      return beat?.includes('in two') ? beat : undefined;
    });
    assert.match(beat, /in two: \*\*\*/);
    await writeFile(join(folder, 'go-on'), '');
    await assert.rejects(handle.result());

    const refused = await cli(['run', join(folder, 'gated.yaml')]);
    assert.match(refused.stdout, /http:\/\/\*\*\*@127\.0\.0\.1:\d+ refuses org\/gated[^[]*\[MODEL_GATED\]/);
    const [first = ''] = asked;
    assert.ok(Buffer.from(first.replace('Basic ', ''), 'base64').includes(password), 'the Hub was given the password');
    const gatedId = /^gated-\S+/m.exec(refused.stdout)![0];
    for (const id of [runId, gatedId]) {
      const history = texts(await connection.client.workflow.getHandle(id).fetchHistory());
      assert.ok(history.some((text) => text.includes('secrets.CUSTOM_CANARY')) || id === gatedId, 'payloads are read');
      for (const text of history) look('history', text);
    }
    for (const args of [['show', runId], ['show', '--json', runId], ['logs', runId], ['ps'], ['status'], ['doctor']])
      await cli(args);
    assert.match((await cli(['show', runId])).stdout, /Error: \*\*\*/, 'the failure is told, without its secrets');

    // What was looked through did hold the traces of the secrets, each without its value.
    const masked = await readFile(log, 'utf8');
    assert.equal(masked.match(/^said /gm)?.length, 12);
    assert.match(masked, /x\*\*\*x/);
    assert.ok((await readdir(join(home.store, 'keys'))).length > 0, 'the step has a record under its key');
    assert.ok(
      [...commands].some((line) => line.includes('HUB')),
      'the command was seen among the processes',
    );
  } finally {
    clearInterval(sampling);
    await connection?.close();
  }
  for (const line of commands) look('command line', line);

  // Everything in the home: Temporal's database, logs of workers and supervisor, job files, records, artifacts, state.
  const files = await readdir(join(folder, 'home'), { recursive: true });
  assert.ok(files.includes('temporal/temporal.db') && files.includes('services/logs/gpu.log'));
  for (const path of files) {
    const bytes = await readFile(join(folder, 'home', path)).catch(() => ''); // a folder, or gone meanwhile
    if (path === 'secrets/KEPT') assert.equal(bytes.toString(), keptSecret);
    else look(path, bytes);
  }
  assert.deepEqual(found, []);
});
