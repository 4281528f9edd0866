const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Reads a cron text of another program; the result may be as wrong as the text is. The zone is one that the text begins with. */
export function meantCron(text: string): { cron: string; timezone?: string } {
  const plain = text.normalize('NFKC').trim();
  const [, timezone, rest] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(plain) ?? [undefined, undefined, plain];
  const cron = nicknames[rest!.toLowerCase()] ?? everySpan(rest!) ?? ofFiveFields(rest!.split(/\s+/));
  return { cron, ...(timezone === undefined ? {} : { timezone }) };
}

/** `@every 5m`, where the span divides an hour or a day. */
function everySpan(text: string): string | undefined {
  const [, count, unit] = /^@every\s+(\d+)([mh])$/i.exec(text) ?? [];
  if (count === undefined) return undefined;
  if (unit!.toLowerCase() === 'h') return Number(count) === 1 ? '0 * * * *' : `0 */${count} * * *`;
  return Number(count) === 1 ? '* * * * *' : `*/${count} * * * *`;
}

/** Leaves out the seconds before the five fields and the year behind them, which other programs have. */
function ofFiveFields(fields: readonly string[]): string {
  const hasYear =
    /^(?:19|20)\d\d$|^\*$/.test(fields.at(-1)!) && (fields.length === 7 || /^\d{4}$/.test(fields.at(-1)!));
  const withoutYear = hasYear ? fields.slice(0, -1) : fields;
  const five = withoutYear.length === 6 ? withoutYear.slice(1) : withoutYear;
  const highest = [59, 23, 31, 12, 7];
  return five
    .map((field, index) =>
      field
        .replaceAll('?', '*')
        .replace(/[a-z]{4,}/gi, (word) => word.slice(0, 3))
        .replace(/^(\d+)\/(\d+)$/, (_, from, step) => `${from}-${highest[index]}/${step}`),
    )
    .join(' ');
}
