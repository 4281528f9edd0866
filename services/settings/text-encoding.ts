import type { Environment } from './reading.ts';

/**
 * Variables that make children read and write UTF-8, as temper's files and logs are. Where the locale has another encoding,
 * as `zh_CN.GBK`, or none, as `C`, Python would open files by it and other programs would print what no log can show.
 */
export function utf8Variables(env: Environment): Record<string, string> {
  return { PYTHONUTF8: '1', ...(hasOtherEncoding(env) ? { LC_ALL: 'C.UTF-8' } : {}) };
}

/** Whether the locale that the environment names is not UTF-8. A locale without an encoding, or none at all, says nothing. */
export function hasOtherEncoding(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /^(?:C|POSIX)$/.test(locale) || (/\./.test(locale) && !/\.utf-?8(?:@|$)/i.test(locale));
}
