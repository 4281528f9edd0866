import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('a bundled worker sends requests as the sources do: a bundle has another view of CommonJS libraries', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'temper-bundle-'));
  const http = createServer((_, answer) => answer.end('{"ok":true}')).listen(0, '127.0.0.1');
  try {
    await once(http, 'listening');
    await build({
      ...{ absWorkingDir: root, outdir: folder, outExtension: { '.js': '.mjs' }, logLevel: 'silent' },
      ...{ entryPoints: { reach: 'services/setup/fetch/reach.ts' }, bundle: true, format: 'esm', splitting: true },
      ...{ platform: 'node', target: 'node20.5' },
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const { exchangeJson, postJson, openUrl } = await import(join(folder, 'reach.mjs'));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    const { signal } = new AbortController();
    assert.equal((await exchangeJson(url, { headers: {}, patienceMs: 5_000, signal })).text, '{"ok":true}');
    assert.equal(await postJson(url, '{}', signal), 200);
    assert.equal(await (await openUrl(url)).body.text(), '{"ok":true}');
  } finally {
    http.close();
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
});
