import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { rebootWarning } from '../../../cli/commands/machine/autostart.ts';
import {
  autostartOf,
  installAutostart,
  NoSystemd,
  removeAutostart,
} from '../../../services/machine/autostart/autostart.ts';
import { autostartUnit } from '../../../services/machine/autostart/unit.ts';
import { type Home, openHome } from '../../../services/machine/home.ts';
import { temper } from '../../rig/temper.ts';

let folder: string;
let home: Home;
let env: Record<string, string>;
let system: { running: string; linger: string };
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-at-login-'));
  // This PATH has no systemctl: a test must not reach the systemd of this machine.
  env = { XDG_CONFIG_HOME: join(folder, 'config'), PATH: folder, TEMPER_HOME: join(folder, 'home') };
  home = openHome(env);
  system = { running: join(folder, 'running'), linger: join(folder, 'linger') };
  await mkdir(system.running);
  await mkdir(system.linger);
});
after(async () => await rm(folder, { recursive: true, force: true }));

const hasVerify = spawnSync('systemd-analyze', ['--version']).status === 0;

for (const odd of ['plain', 'two words', '100% $HOME "quoted" back\\slash', '测试'])
  test(`systemd accepts the unit of a home in a folder named ${odd}`, {
    skip: hasVerify ? false : 'this machine has no systemd-analyze',
  }, async () => {
    const root = join(folder, odd);
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'temper.mjs'), '');
    const unit = join(folder, 'temper-verified.service');
    const variables = { PATH: `${root}:/usr/bin`, OLLAMA_HOST: '127.0.0.1:11434', HF_TOKEN: 'canary', OTHER: 'x' };
    const text = autostartUnit({
      home: root,
      node: process.execPath,
      program: join(root, 'temper.mjs'),
      env: variables,
    });
    await writeFile(unit, text);
    const verified = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', unit], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });
    assert.deepEqual([verified.stderr, verified.status], ['', 0]);
    assert.match(text, /^Environment="OLLAMA_HOST=127\.0\.0\.1:11434"$/m);
    assert.doesNotMatch(text, /canary|OTHER/);
  });

test('a value with a line break, which could add settings, is refused', () => {
  const unit = { home: '/h\nExecStartPre=x', node: '/n', program: '/p', env: {} };
  assert.throws(() => autostartUnit(unit), RangeError);
  assert.throws(() => autostartUnit({ ...unit, home: '/h', env: { PATH: 'a\nb' } }), RangeError);
});

test('installing twice makes one unit that only its user can read; removing deletes it', async () => {
  assert.equal(autostartOf(home, env, system).installed, false);
  const { file, unit } = await installAutostart(home, env, system);
  await installAutostart(home, env, system);
  assert.equal(unit, `temper-${home.id}.service`);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.match(await readFile(file, 'utf8'), new RegExp(`^Environment="TEMPER_HOME=${home.root}"$`, 'm'));
  assert.deepEqual(autostartOf(home, env, system), { unit, installed: true, lingers: false });
  await writeFile(join(system.linger, userInfo().username), '');
  assert.equal(autostartOf(home, env, system).lingers, true);
  assert.equal(await removeAutostart(home, env), true);
  assert.deepEqual([autostartOf(home, env, system).installed, existsSync(file)], [false, false]);
  assert.equal(await removeAutostart(home, env), false);
});

test('systemd reports an installed unit as enabled, and a removed one not', {
  skip: hasVerify ? false : 'this machine has no systemctl',
}, async () => {
  const ask = (unit: string) =>
    spawnSync('systemctl', ['--user', 'is-enabled', unit], {
      encoding: 'utf8',
      // Offline: the running manager has other folders.
      env: { ...process.env, XDG_CONFIG_HOME: env.XDG_CONFIG_HOME, SYSTEMD_OFFLINE: '1' },
    }).stdout.trim();
  const { unit } = await installAutostart(home, env, system);
  assert.equal(ask(unit), 'enabled');
  await removeAutostart(home, env);
  assert.notEqual(ask(unit), 'enabled');
});

test('without systemd nothing is installed', async () => {
  await assert.rejects(installAutostart(home, env, { ...system, running: join(folder, 'nowhere') }), NoSystemd);
  assert.equal(autostartOf(home, env, system).installed, false);
});

for (const [how, warning] of [
  [{ own: true, installed: false, lingers: true }, /before `npx temper up`\nhint: .*--at-login/],
  [{ own: true, installed: true, lingers: false }, /before you log in\nhint: .*`loginctl enable-linger`/],
  [{ own: true, installed: true, lingers: true }, /^$/],
  // A server that the user named is the concern of its admin.
  [{ own: false, installed: false, lingers: false }, /^$/],
] as const)
  test(`the reboot warning is ${warning.source === '^$' ? 'absent' : 'shown'} with ${JSON.stringify(how)}`, () => {
    assert.match(rebootWarning({ home, own: how.own }, { unit: 'u', ...how }), warning);
  });

test('`up --at-login` says what to do without systemd, and starts nothing', {
  skip: existsSync('/run/systemd/system') ? 'this machine runs systemd' : false,
}, async () => {
  const own = { TEMPER_HOME: env.TEMPER_HOME!, XDG_CONFIG_HOME: env.XDG_CONFIG_HOME! };
  const { code, stderr } = await temper(['up', '--at-login'], own);
  assert.equal(code, 1);
  assert.match(stderr, /does not run systemd[\s\S]*systemd=true[\s\S]*wsl --shutdown/);
  assert.match((await temper(['status'], own)).stdout, /Nothing is running/);
});

test('`up --no-at-login` removes the unit and starts nothing', async () => {
  await installAutostart(home, env, system);
  const own = { TEMPER_HOME: env.TEMPER_HOME!, XDG_CONFIG_HOME: env.XDG_CONFIG_HOME! };
  assert.match((await temper(['up', '--no-at-login'], own)).stdout, /autostart disabled/);
  assert.equal(autostartOf(home, env, system).installed, false);
  assert.match((await temper(['status'], own)).stdout, /Nothing is running/);
});
