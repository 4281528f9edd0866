import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { userFolder } from '../machine/person.ts';
import { type Reading, withoutQuotes } from './reading.ts';

/** A path, which no shell may have expanded: `.env` files and units of systemd leave `~/` as it is. */
export function readPath(text: string): Reading<string> {
  if (isAbsolute(text)) return { value: resolve(text) };
  if (text === '~' || text.startsWith('~/')) return { value: join(userFolder(), text.slice(1)) };
  if (text.startsWith('~')) return { problem: { code: 'home-of-other', facts: {} } };
  const bare = withoutQuotes(text);
  const absolute = bare === '~' || bare.startsWith('~/') ? join(userFolder(), bare.slice(1)) : resolve(bare);
  return { problem: { code: 'relative-path', facts: { absolute } } };
}

/** As `readPath`, of something that programs open at once. */
export function readExisting(text: string): Reading<string> {
  const reading = readPath(text);
  return 'value' in reading && !existsSync(reading.value) ? { problem: { code: 'missing-file', facts: {} } } : reading;
}
