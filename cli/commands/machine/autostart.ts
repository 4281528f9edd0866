import color from 'picocolors';
import {
  type Autostart,
  autostartOf,
  installAutostart,
  NoSystemd,
  removeAutostart,
} from '../../../services/machine/autostart.ts';
import { openHome } from '../../../services/machine/home.ts';
import type { Session } from '../../runs/session.ts';
import { UserError } from '../../user-error.ts';

const lingerHint =
  'It starts when you log in. To have it start at boot, with nobody logged in: `loginctl enable-linger`';

/** `temper up --at-login`, but for the start. */
export async function startAtLogin(): Promise<void> {
  const installed = await installAutostart(openHome()).catch((error: unknown) => {
    if (error instanceof NoSystemd)
      throw new UserError(
        `${error.message}.\nIn WSL2, set \`systemd=true\` under \`[boot]\` in /etc/wsl.conf and run \`wsl --shutdown\` in Windows. Elsewhere, have your system run \`npx temper up\` at login. docs/schedules.md tells more.`,
        1,
      );
    throw error instanceof RangeError ? new UserError(error.message, 1) : error;
  });
  process.stdout.write(`${installed.unit} brings these services up by itself (${installed.file}).\n`);
  if (!installed.lingers) process.stdout.write(`${color.yellow(lingerHint)}\n`);
}

/** `temper up --no-at-login`. */
export async function startNoMoreAtLogin(): Promise<number> {
  const was = await removeAutostart(openHome());
  process.stdout.write(
    was
      ? 'The services start by themselves no more. Nothing was stopped; `npx temper down` does that.\n'
      : 'The services did not start by themselves.\n',
  );
  return 0;
}

/** For who stops services that will be back; empty where they will not. */
export function nextLoginText(): string {
  const { installed, lingers } = autostartOf(openHome());
  if (!installed) return '';
  return `They start again at the next ${lingers ? 'boot' : 'login'}; \`npx temper up --no-at-login\` ends that.\n`;
}

/** What keeps a schedule from firing after a reboot; empty where nothing does, or where temper does not start the server. */
export function rebootWarning(
  { home, own }: Pick<Session, 'home' | 'own'>,
  how: Autostart = autostartOf(home),
): string {
  if (!own) return '';
  const { installed, lingers } = how;
  if (!installed)
    return 'After a reboot nothing fires before `npx temper up`; `npx temper up --at-login` has it start by itself.';
  return lingers
    ? ''
    : `After a reboot nothing fires before you log in; \`loginctl enable-linger\` has it start at boot.`;
}
