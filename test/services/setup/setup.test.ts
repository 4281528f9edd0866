// needs: time
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { whyOutOfReach } from '../../../services/setup/fetch/reach.ts';
import { checkPrerequisites, describeMissing } from '../../../services/setup/prerequisites.ts';
import { ensurePython } from '../../../services/setup/python/environment.ts';
import { ensureTemporal } from '../../../services/setup/temporal.ts';
import { pins, type VendorPin } from '../../../services/setup/versions.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

const platform = `${process.platform}-${process.arch}`;

/** What a vendor ships: an archive with a program that tells its version. */
function archive(version = '1.5.1'): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'temper-archive-'));
  writeFileSync(join(folder, 'temporal'), `#!/bin/sh\necho "temporal version ${version} (Server 1.29.1, UI 2.42.1)"\n`);
  chmodSync(join(folder, 'temporal'), 0o755);
  execFileSync('tar', ['-czf', join(folder, 'it.tar.gz'), '-C', folder, 'temporal']);
  const bytes = readFileSync(join(folder, 'it.tar.gz'));
  rmSync(folder, { recursive: true });
  return bytes;
}

async function vendor(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function pinFor(release: string, bytes: Buffer): VendorPin {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...pins.temporal, release, downloads: { [platform]: ['it.tar.gz', sha256] } };
}

/** A machine with tar and gzip, and nothing else that set-up could use. */
function bareMachine(t: TestContext, programs: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder(t);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const tools = ['tar', 'gzip'].map(
    (name) =>
      [
        name,
        `#!/bin/sh
exec ${execFileSync('which', [name]).toString().trim()} "$@"
`,
      ] as const,
  );

  for (const [name, text] of [...tools, ...Object.entries(programs)]) {
    writeFileSync(join(bin, name), text, { mode: 0o755 });
  }
  const lines: string[] = [];
  const cache = join(folder, 'cache');
  return { bin, cache, lines, env: { PATH: bin, HOME: folder }, report: (line: string) => void lines.push(line) };
}

const contents = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

test('everything that is missing is named at once, each with the command that installs it', async (t) => {
  const { env, cache } = bareMachine(t);
  const missing = await checkPrerequisites({
    env: { ...env, https_proxy: 'http://127.0.0.1:9' },
    cache,
    parts: ['python', 'temporal', 'ollama'],
  });
  assert.deepEqual(missing.map(({ what }) => what).sort(), ['Python 3.10 or newer', 'a C++ compiler']);
  assert.match(describeMissing(missing), /python3-venv|brew install python/);
});

test('a compiler is asked for only where a program is neither at hand nor to be downloaded', async (t) => {
  const { env, cache } = bareMachine(t, {
    temporal: '#!/bin/sh\necho "temporal version 1.9.0"\n',
    ollama: '#!/bin/sh\necho "ollama version is 0.30.1"\n',
  });
  assert.deepEqual(await checkPrerequisites({ env, cache, parts: ['temporal', 'ollama'] }), []);
});

test('the vendor’s archive is fetched once, and then nobody is asked any more', async (t) => {
  const bytes = archive();
  const asked = { times: 0 };
  const pin = pinFor(await vendor(t, serving(bytes, asked)), bytes);
  const { env, cache, report, lines } = bareMachine(t);
  const first = await ensureTemporal(cache, report, { env, pin });
  assert.equal(first.way, 'downloaded');
  assert.match(lines.join('\n'), /Temporal 1\.5\.1: downloaded in/);
  const second = await ensureTemporal(cache, report, { env, pin: { ...pin, release: 'http://127.0.0.1:9/' } });
  assert.deepEqual([second.way, second.path], ['cached', first.path]);
  assert.equal(asked.times, 1);
});

test('a download goes through ALL_PROXY, unless its host is exempt; a SOCKS proxy is named as what only the trainer uses', async (t) => {
  const asked: string[] = [];
  const proxy = createServer((_request, response) => response.end());
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const ALL_PROXY = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const address = 'https://vendor.invalid/archive';
  assert.ok(await whyOutOfReach(address, { ALL_PROXY }));
  assert.deepEqual(asked, ['vendor.invalid:443']);
  assert.match((await whyOutOfReach(address, { ALL_PROXY, NO_PROXY: 'x, .invalid' })) ?? '', /ENOTFOUND|EAI_AGAIN/);
  assert.equal(asked.length, 1);
  assert.match(
    (await whyOutOfReach(address, { HTTPS_PROXY: 'socks5://127.0.0.1:9' })) ?? '',
    /^vendor\.invalid is behind a SOCKS proxy, which only the trainer can use/,
  );
});

test('two set-ups at once fetch one archive', async (t) => {
  const bytes = archive();
  const asked = { times: 0 };
  const pin = pinFor(await vendor(t, serving(bytes, asked)), bytes);
  const { env, cache, report } = bareMachine(t);
  const found = await Promise.all([1, 2, 3].map(() => ensureTemporal(cache, report, { env, pin })));
  assert.equal(asked.times, 1);
  assert.equal(new Set(found.map(({ path }) => path)).size, 1);
});

const cutOff: RequestListener = (_request, response) => {
  response.writeHead(200, { 'Content-Length': 5_000 });
  response.write('half');
  setTimeout(() => response.destroy(), 100);
};

/** Answers with these bytes, after a while that gives others time to ask as well. */
function serving(bytes: Buffer, asked: { times: number } = { times: 0 }): RequestListener {
  return (_request, response) => {
    asked.times++;
    setTimeout(() => response.end(bytes), 200);
  };
}

for (const { fault, listener, words } of [
  { fault: 'is cut off', listener: cutOff, words: /failed after 4 bytes/ },
  { fault: 'has another digest', listener: serving(archive('6.6.6')), words: /SHA-256 is .* not/ },
  {
    fault: 'is refused',
    listener: ((_request, response) => void response.writeHead(404).end()) satisfies RequestListener,
    words: /answered 404/,
  },
]) {
  test(`a download that ${fault} is told, and leaves no half program`, async (t) => {
    const { env, cache, report, lines } = bareMachine(t);
    const pin = pinFor(await vendor(t, listener), archive());
    await assert.rejects(
      ensureTemporal(cache, report, { env, pin }),
      /neither from its vendor nor by a build: not downloaded/,
    );
    assert.match(lines.join('\n'), words);
    assert.deepEqual(contents(join(cache, 'temporal')), []);
  });
}

test('a vendor that takes the connection and says nothing costs five seconds at most', async (t) => {
  const url = await vendor(t, () => {});
  assert.match((await whyOutOfReach(url)) ?? '', /does not answer within 5 s/);
});

test('a program on PATH that is too old is passed over, and that is said', async (t) => {
  const bytes = archive();
  const pin = pinFor(await vendor(t, serving(bytes)), bytes);
  const { env, cache, report, lines } = bareMachine(t, { temporal: '#!/bin/sh\necho "temporal version 0.13.2"\n' });
  assert.equal((await ensureTemporal(cache, report, { env, pin })).way, 'downloaded');
  assert.match(lines.join('\n'), /Temporal 0\.13\.2 on PATH is older than 1\.5\.0/);
});

test('a program that the environment names is taken or refused, never replaced in silence', async (t) => {
  const { bin, env, cache, report } = bareMachine(t, {
    mine: '#!/bin/sh\necho "temporal version 1.6.0"\n',
    old: '#!/bin/sh\necho "temporal version 1.0.0"\n',
  });
  const named = (name: string) =>
    ensureTemporal(cache, report, { env: { ...env, TEMPORAL_CLI_PATH: join(bin, name) } });
  assert.deepEqual(await named('mine'), { path: join(bin, 'mine'), version: '1.6.0', way: 'named' });
  await assert.rejects(named('old'), /names Temporal 1\.0\.0, and temper needs 1\.5\.0/);
  await assert.rejects(named('nothing'), /TEMPORAL_CLI_PATH names .*nothing/);
});

test('an installation of the Python environment that fails is not taken for one', async (t) => {
  const folder = temporaryFolder(t);
  const lock = join(folder, 'requirements.txt');
  writeFileSync(lock, `no-such-package-of-temper==1.0.0 --hash=sha256:${'0'.repeat(64)}\n`);
  const cache = join(folder, 'cache');
  const env = { ...process.env, TEMPER_PYTHON: '', UV_OFFLINE: '1', PIP_NO_INDEX: '1' };
  await assert.rejects(
    ensurePython(cache, () => {}, { env, lock }),
    /All of it: .*\.log/,
  );
  const [made] = contents(join(cache, 'python'));
  assert.ok(made === undefined || !existsSync(join(cache, 'python', made, '.complete')));
});
