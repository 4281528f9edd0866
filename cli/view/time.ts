const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in the reader's zone, to the minute: `2026-11-29 00:02`. */
export function localTime(at: string | number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The same to the second: `2026-11-29 00:02:43`. */
export const localTimeToSecond = (at: string | number): string => `${localTime(at)}:${two(new Date(at).getSeconds())}`;

/** `1h 02m`, `3m 20s`, `4.2s`. The clocks of two machines may differ, and either may be set back: no time is negative. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}
