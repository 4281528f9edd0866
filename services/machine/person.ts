import { homedir, hostname, userInfo } from 'node:os';
import { TemperError } from '../../core/errors/temper-error.ts';

/** The user's name. A user id that a container was given has no entry in the system's list of users, and so no name. */
export function userName(env: Readonly<Record<string, string | undefined>> = process.env): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER || env.LOGNAME || `user-${process.getuid?.() ?? 0}`;
  }
}

/** The user's own folder. Throws FILE_REFUSED where the system knows none. */
export function userFolder(): string {
  try {
    return homedir();
  } catch {
    throw new TemperError('FILE_REFUSED', `the system knows no folder of ${userName()}, and HOME is not set`, {
      remedy: 'Set TEMPER_HOME and TEMPER_CACHE to folders that this user can write.',
    });
  }
}

/** The user and machine, for records that people read. */
export const userAtMachine = (): string => `${userName()}@${hostname()}`;
