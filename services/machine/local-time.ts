const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in the reader's zone, to the minute: `2026-11-29 00:02`. */
export function localTime(at: string | number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The same to the second: `2026-11-29 00:02:43`. */
export const localTimeToSecond = (at: string | number): string => `${localTime(at)}:${two(new Date(at).getSeconds())}`;

/** Its day: `2026-11-29`. */
export const localDay = (at: string | number): string => localTime(at).slice(0, 10);
