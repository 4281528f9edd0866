import { execFile } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { writeDurably } from '../store/durable-files.ts';
import { loginUnit } from './autostart-unit.ts';
import type { Home } from './home.ts';
import { packageFile } from './package-root.ts';

/** A systemd user service that brings the local services of a home up at login, or at boot where its person lingers. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Where systemd of this machine keeps what it knows; a test has folders of its own. */
export interface System {
  /** Is there while systemd runs. */
  running: string;
  /** Holds a file for each person whose services start at boot. */
  linger: string;
}

const thisSystem: System = { running: '/run/systemd/system', linger: '/var/lib/systemd/linger' };

export interface AtLogin {
  unit: string;
  installed: boolean;
  /** Whether it starts at boot, and not only when the person logs in. */
  lingers: boolean;
}

function filesOf(home: Home, env: Environment) {
  const folder = join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'systemd', 'user');
  const unit = `temper-${home.id}.service`;
  return { unit, file: join(folder, unit), link: join(folder, 'default.target.wants', unit) };
}

/** How it stands with this home. */
export function atLogin(home: Home, env: Environment = process.env, system: System = thisSystem): AtLogin {
  const { unit, link } = filesOf(home, env);
  return { unit, installed: existsSync(link), lingers: existsSync(join(system.linger, userInfo().username)) };
}

/** Installs the service, or writes it anew; it starts nothing. Throws where this machine has no systemd that would heed it. */
export async function installAtLogin(
  home: Home,
  env: Environment = process.env,
  system: System = thisSystem,
): Promise<AtLogin & { file: string }> {
  if (!existsSync(system.running)) throw new NoSystemd();
  const { file, link } = filesOf(home, env);
  const program = packageFile('bin/temper.mjs');
  // A proxy's address may hold a password.
  await writeDurably(file, loginUnit({ home: home.root, node: process.execPath, program, env }), { mode: 0o600 });
  await mkdir(join(link, '..'), { recursive: true });
  await rm(link, { force: true });
  await symlink(file, link);
  await reload(env);
  return { ...atLogin(home, env, system), file };
}

/** Whether there was one. What it has started goes on. */
export async function removeAtLogin(home: Home, env: Environment = process.env): Promise<boolean> {
  const { file, link } = filesOf(home, env);
  const was = existsSync(file) || lstatSync(link, { throwIfNoEntry: false }) !== undefined;
  await rm(link, { force: true });
  await rm(file, { force: true });
  if (was) await reload(env);
  return was;
}

/** The files are what counts at the next login; a manager that runs already learns of them so. Without one nothing is lost. */
async function reload(env: Environment): Promise<void> {
  await new Promise<void>((resolve) => {
    execFile('systemctl', ['--user', 'daemon-reload'], { env: { ...env }, timeout: 10_000 }, () => resolve());
  });
}

export class NoSystemd extends Error {
  constructor() {
    super('this machine does not run systemd, which would start the services');
  }
}
