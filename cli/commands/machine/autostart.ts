import {
  type Autostart,
  autostartOf,
  installAutostart,
  NoSystemd,
  removeAutostart,
} from '../../../services/machine/autostart/autostart.ts';
import { openHome } from '../../../services/machine/home.ts';
import type { Session } from '../../runs/session.ts';
import { UserError } from '../../user-error.ts';
import { warned } from '../../view/text/colours.ts';

const lingerHint = 'hint: it starts when you log in; to start it at boot, run `loginctl enable-linger`';

/** Enables autostart, without starting anything now. Throws UserError if this machine has no systemd. */
export async function enableAutostart(say: (text: string) => unknown): Promise<void> {
  const installed = await installAutostart(openHome()).catch((error: unknown) => {
    if (error instanceof NoSystemd)
      throw new UserError(error.message, {
        hint: 'in WSL2, set `systemd=true` under `[boot]` in /etc/wsl.conf and run `wsl --shutdown` in Windows; elsewhere, let the system run `npx temper up` at login (docs/schedules.md)',
        exitCode: 1,
      });
    throw error instanceof RangeError ? new UserError(error.message, { exitCode: 1 }) : error;
  });
  say(`autostart enabled: ${installed.unit} (${installed.file})\n`);
  if (!installed.lingers) say(`${warned(lingerHint)}\n`);
}

/** Disables autostart, without stopping anything. */
export async function disableAutostart(): Promise<number> {
  const was = await removeAutostart(openHome());
  process.stdout.write(
    was
      ? 'autostart disabled; the running services continue\nhint: stop them with `npx temper down`\n'
      : 'autostart was not enabled\n',
  );
  return 0;
}

/** Says after `down` that autostart will start the services again; empty if it is not enabled. */
export function autostartText(): string {
  const { installed, lingers } = autostartOf(openHome());
  if (!installed) return '';
  return `They start again at the next ${lingers ? 'boot' : 'login'}\nhint: disable that with \`npx temper up --no-at-login\`\n`;
}

/** Warns if no schedule would fire after a reboot; empty if autostart works, or if temper does not start the server. */
export function rebootWarning(
  { home, own }: Pick<Session, 'home' | 'own'>,
  how: Autostart = autostartOf(home),
): string {
  if (!own) return '';
  const { installed, lingers } = how;
  if (!installed)
    return 'After a reboot nothing fires before `npx temper up`\nhint: enable autostart with `npx temper up --at-login`';
  return lingers
    ? ''
    : 'After a reboot nothing fires before you log in\nhint: start the services at boot with `loginctl enable-linger`';
}
