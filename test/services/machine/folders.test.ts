// needs: time
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderProblems } from '../../../services/machine/files/folder-check.ts';
import { openHome } from '../../../services/machine/home.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

const bin = fileURLToPath(new URL('../../../bin/temper.mjs', import.meta.url));
const exfat = fileURLToPath(new URL('../fixtures/like-exfat.cjs', import.meta.url));
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const needsMounts = { skip: !canMount && 'mounts need root on Linux' };

/** What `temper` prints, and its exit code. */
function temper(args: readonly string[], env: Record<string, string>, how: { uid?: number } = {}) {
  const ended = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    ...how,
  });
  return { code: ended.status, text: ended.stdout + ended.stderr };
}

/** The same with a small file system of its own at a folder. `then`: shell commands between, with `$T` for temper. */
const onMount = (folder: string, options: string, script: string, env: Record<string, string>) =>
  spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', `mount -t tmpfs -o ${options} none "$M"; T="${process.execPath} ${bin}"; ${script}`],
    {
      encoding: 'utf8',
      env: { ...process.env, ...env, M: folder },
    },
  );

test('a home on a usual disk has what temper needs, and the probe leaves nothing behind', async (t) => {
  const home = openHome({ TEMPER_HOME: temporaryFolder(t) });
  assert.deepEqual(await folderProblems(home), []);
  assert.deepEqual(
    readdirSync(home.root).filter((name) => name.startsWith('.probe')),
    [],
  );
});

test('a home on exFAT opens, and up and doctor name what it lacks and where it may lie', (t) => {
  const env = { TEMPER_HOME: join(temporaryFolder(t), 'stick'), NODE_OPTIONS: `--require ${exfat}` };
  const listed = temper(['ps'], env);
  assert.equal(listed.code, 0, listed.text);
  assert.ok(existsSync(join(env.TEMPER_HOME, 'id')));
  for (const command of ['up', 'doctor']) {
    const { code, text } = temper([command], env);
    assert.equal(code, 1);
    assert.match(text, /the home of temper, .*stick, lies on a file system .*without symbolic links and file modes/);
    assert.match(text, /hint: Set TEMPER_HOME to a folder on a Linux or macOS disk/);
  }
});

test('a home of another user says so, with the command that gives it back', {
  skip: process.getuid?.() !== 0 && 'only root can take another id',
}, (t) => {
  const folder = temporaryFolder(t);
  execFileSync('chmod', ['755', folder]);
  const root = join(folder, 'home');
  mkdirSync(root);
  openHome({ TEMPER_HOME: root });
  execFileSync('chmod', ['755', root]);
  const { code, text } = temper(['ps'], { TEMPER_HOME: root, HOME: folder }, { uid: 54_321 });
  assert.equal(code, 1);
  assert.match(text, /belongs to root, and temper runs as user 54321 \[FILE_REFUSED\]/);
  assert.match(text, new RegExp(`sudo chown -R 54321 ${root}`));
});

test('HOME=/ of a user without a folder is told with the variables to set', {
  skip: process.getuid?.() !== 0 && 'only root can take another id',
}, () => {
  const { code, text } = temper(['ps'], { HOME: '/', TEMPER_HOME: '', XDG_DATA_HOME: '' }, { uid: 54_321 });
  assert.equal(code, 1);
  assert.match(text, /Set TEMPER_HOME and TEMPER_CACHE to folders that this user can write/);
});

test(
  'a full disk, a disk without entries, a read-only one and one without programs are each told in one sentence',
  needsMounts,
  (t) => {
    const folder = temporaryFolder(t);
    const env = { TEMPER_HOME: join(folder, 'home') };
    const full = onMount(folder, 'size=4k', '$T ps; head -c 4k /dev/zero > "$M/f"; echo x | $T secret set A', env);
    assert.match(full.stderr, /the disk of .* is full \[DISK_FULL\]/);
    assert.match(onMount(folder, 'size=2m,nr_inodes=8', '$T ps', env).stderr, /no entry left for another file/);
    const readOnly = onMount(
      folder,
      'size=2m',
      '$T ps; mount -o remount,ro "$M"; $T up; $T doctor; TEMPER_HOME="$M/new" $T status',
      env,
    );
    assert.equal(
      readOnly.stderr.match(/lies on a read-only file system \[FILE_REFUSED\]/g)?.length,
      2,
      readOnly.stderr,
    );
    assert.match(readOnly.stdout, /✘ file systems +\S+ lies on a read-only file system/);
    const noexec = onMount(folder, 'size=2m,noexec', '$T up', { ...env, TEMPER_CACHE: folder });
    assert.match(
      noexec.stderr,
      /the cache of temper, .* without permission to run programs \(it is mounted with `noexec`\)/,
    );
  },
);

test('a cache that is read-only and complete is used as it is', needsMounts, async (t) => {
  const folder = temporaryFolder(t);
  const probe = join(folder, 'probe.mjs');
  const module = new URL('../../../services/machine/files/folder-check.ts', import.meta.url).href;
  const home = new URL('../../../services/machine/home.ts', import.meta.url).href;
  writeFileSync(
    probe,
    `const { folderProblems } = await import(${JSON.stringify(module)}); const { openHome } = await import(${JSON.stringify(home)});
     console.log(JSON.stringify(await folderProblems(openHome())));`,
  );
  mkdirSync(join(folder, 'cache'));
  const { stdout, stderr } = spawnSync(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs -o ro none "$TEMPER_CACHE"; exec "$@"',
      'sh',
      process.execPath,
      '--import',
      'tsx',
      probe,
    ],
    {
      encoding: 'utf8',
      env: { ...process.env, TEMPER_CACHE: join(folder, 'cache'), TEMPER_HOME: join(folder, 'home') },
    },
  );
  assert.equal(stdout, '[]\n', stderr);
});
