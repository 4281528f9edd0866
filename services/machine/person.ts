import { hostname, userInfo } from 'node:os';

/** The user's name. A user id that a container was given has no entry in the system's list of users, and so no name. */
export function userName(env: Readonly<Record<string, string | undefined>> = process.env): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER || env.LOGNAME || `user-${process.getuid?.() ?? 0}`;
  }
}

/** The user and machine, for records that people read. */
export const userAtMachine = (): string => `${userName()}@${hostname()}`;
