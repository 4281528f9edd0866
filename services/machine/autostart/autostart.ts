import { execFile } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { xdgFolder } from '../../settings/settings.ts';
import { writeDurably } from '../../store/durable-files.ts';
import type { Home } from '../home.ts';
import { packageFile } from '../package-root.ts';
import { userName } from '../person.ts';
import { autostartUnit } from './unit.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Paths of this machine's systemd; tests use folders of their own. */
interface System {
  /** Exists while systemd runs. */
  running: string;
  /** Contains a file for each user whose services start at boot. */
  linger: string;
}

const thisSystem: System = { running: '/run/systemd/system', linger: '/var/lib/systemd/linger' };

/** State of the systemd user service that starts the local services of a home. */
export interface Autostart {
  unit: string;
  installed: boolean;
  /** Starts at boot, not only at login. */
  lingers: boolean;
}

function filesOf(home: Home, env: Environment) {
  const folder = join(xdgFolder('XDG_CONFIG_HOME', env, '.config'), 'systemd', 'user');
  const unit = `temper-${home.id}.service`;
  return { unit, file: join(folder, unit), link: join(folder, 'default.target.wants', unit) };
}

/** Reads whether autostart is installed for a home. */
export function autostartOf(home: Home, env: Environment = process.env, system: System = thisSystem): Autostart {
  const { unit, link } = filesOf(home, env);
  return { unit, installed: existsSync(link), lingers: existsSync(join(system.linger, userName())) };
}

/** Writes and enables the service; starts nothing. Throws NoSystemd if this machine does not run systemd. */
export async function installAutostart(
  home: Home,
  env: Environment = process.env,
  system: System = thisSystem,
): Promise<Autostart & { file: string }> {
  if (!existsSync(system.running)) throw new NoSystemd();
  const { file, link } = filesOf(home, env);
  const program = packageFile('bin/temper.mjs');
  // The address of a proxy may contain a password.
  await writeDurably(file, autostartUnit({ home: home.root, node: process.execPath, program, env }), { mode: 0o600 });
  await mkdir(join(link, '..'), { recursive: true });
  await rm(link, { force: true });
  await symlink(file, link);
  await reload(env);
  return { ...autostartOf(home, env, system), file };
}

/** Removes the service; the processes it started keep running. Returns false if there was none. */
export async function removeAutostart(home: Home, env: Environment = process.env): Promise<boolean> {
  const { file, link } = filesOf(home, env);
  const was = existsSync(file) || lstatSync(link, { throwIfNoEntry: false }) !== undefined;
  await rm(link, { force: true });
  await rm(file, { force: true });
  if (was) await reload(env);
  return was;
}

/** Tells a running systemd manager about the files. Failure does not matter: the next login reads them. */
async function reload(env: Environment): Promise<void> {
  await new Promise<void>((resolve) => {
    execFile('systemctl', ['--user', 'daemon-reload'], { env: { ...env }, timeout: 10_000 }, () => resolve());
  });
}

export class NoSystemd extends Error {
  constructor() {
    super('this machine does not run systemd, which autostart needs');
  }
}
