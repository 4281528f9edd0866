import type { Json } from '../../handles.ts';
import { isRecord } from '../../json.ts';

/** A dataset of the Hub, as options name it: `source`, and beside it perhaps `split` or `files`. */
export interface HubRows {
  name: string;
  revision?: string;
  split?: string;
  files?: string;
  /** What a run fixes: equal for equal names, revisions and choices of files. */
  id: string;
}

export const isHubRows = (source: unknown): boolean => typeof source === 'string' && source.startsWith('hub:');

/** The dataset that an option at this path names, with the choice of files that stands beside it. */
export function hubRowsAt(options: Json, path: readonly (string | number)[]): HubRows {
  const beside = path.slice(0, -1).reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), options);
  const { source, split, files } = isRecord(beside) ? beside : {};
  return hubRows({ source: String(source), ...textsOf({ split, files }) });
}

export function hubRows({ source, split, files }: { source: string; split?: string; files?: string }): HubRows {
  const [name = '', revision] = source.slice('hub:'.length).split('@');
  const choice = textsOf({ split, files });
  const chosen = Object.entries(choice).map(([option, value]) => ` ${option}: ${value}`);
  return {
    name,
    ...(revision === undefined ? {} : { revision }),
    ...choice,
    id: `${source}${chosen.join('')}`,
  };
}

const textsOf = ({ split, files }: { split?: unknown; files?: unknown }) => ({
  ...(typeof split === 'string' ? { split } : {}),
  ...(typeof files === 'string' ? { files } : {}),
});
