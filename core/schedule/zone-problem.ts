import { nearest } from '../language/spelling/suggest.ts';
import { hasClocks } from './time-zone.ts';
import { foreignZones, shortNames, unevenOffsets, usualZones } from './zone-aliases.ts';
import { zoneNames } from './zone-names.ts';

/** Why a text cannot be a time zone of a schedule. */
export interface ZoneFacts {
  'unknown-time-zone': { zone: string; meant?: string };
  /** Each of `zones` may be meant. */
  'time-zone-abbreviation': { zone: string; zones: readonly string[] };
  /** Without a name of its own where the offset is no whole hour; `place` is a zone that has it. */
  'time-zone-offset': { zone: string; meant?: string; place?: string };
  'time-zone-of-server': { zone: string };
}

export type ZoneProblem = { [R in keyof ZoneFacts]: { reason: R; facts: ZoneFacts[R] } }[keyof ZoneFacts];

/** Finds why a schedule cannot have this time zone; undefined if Temporal's server and this program know it by this very name. */
export function zoneProblem(zone: string): ZoneProblem | undefined {
  const plain = zone.normalize('NFKC').trim();
  const zones = shortNames[plain.toUpperCase()];
  if (zones) return { reason: 'time-zone-abbreviation', facts: { zone, zones } };
  if (isKnown(zone)) return undefined;
  if (plain.toLowerCase() === 'local') return { reason: 'time-zone-of-server', facts: { zone } };
  const offset = /^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?$/i.exec(plain);
  if (offset) return { reason: 'time-zone-offset', facts: { zone, ...zonesAt(offset) } };
  const meant = meantZone(plain);
  return { reason: 'unknown-time-zone', facts: { zone, ...(meant === undefined ? {} : { meant }) } };
}

const isKnown = (zone: string) => zoneNames.has(zone) && hasClocks(zone);

function zonesAt([, sign, hours = '', minutes = '00']: RegExpExecArray): { meant?: string; place?: string } {
  const offset = `${sign}${hours.padStart(2, '0')}:${minutes}`;
  const place = usualZones[offset] ?? unevenOffsets[offset];
  // The sign of these names counts west of Greenwich.
  const named = `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
  const meant = Number(hours) === 0 ? 'UTC' : named;
  return {
    ...(minutes === '00' && isKnown(meant) ? { meant } : {}),
    ...(place === undefined ? {} : { place }),
  };
}

/** The zone of another spelling, of a city, or of another system's name; else the nearest name. */
function meantZone(text: string): string | undefined {
  const small = text.toLowerCase().replaceAll(' ', '_');
  const all = [...zoneNames];
  const place = small.split('/').at(-1)!;
  return (
    all.find((zone) => zone.toLowerCase() === small) ??
    foreignZones[text.toLowerCase()] ??
    foreignZones[place.replaceAll('_', ' ')] ??
    (place.length > 3 ? all.find((zone) => zone.toLowerCase().endsWith(`/${place}`)) : undefined) ??
    nearest(text, all)
  );
}

/** Returns how far ahead of UTC a name with a reversed sign is, as in `Etc/GMT-8`; undefined for every other name. */
export function reversedOffset(zone: string): number | undefined {
  const hours = /^Etc\/GMT([+-]\d{1,2})$/.exec(zone)?.[1];
  return hours === undefined || Number(hours) === 0 ? undefined : -Number(hours);
}
