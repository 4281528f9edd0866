import { checkGroup, filesGroup, type Group, unitGroup } from './group.ts';
import { folderOf, isPython, isUnit, type TestFile } from './selection.ts';

/** What a lane takes at once. Titles are keys of the remembered durations. */
export interface Part {
  title: string;
  group: (env: Record<string, string>) => Group;
}

/** The order of parts that were not timed yet: folders whose files take long come first, and others after these. */
const longFolders = ['e2e', 'trainer', 'activities', 'lab', 'cli', 'reports', 'services', 'workflows', 'docs'];

/** Below this number of files, unit tests run like the others: what they print is seen as it comes. */
const minForUnit = 4;

export interface Parts {
  /** The unit tests run first, on every processor. */
  alone: Part[];
  /** The check, trainings, conversions, and models that answer: each keeps a processor busy. */
  computing: Part[];
  /** They wait for Temporal most of the time: for heartbeats, retries and schedules. */
  waiting: Part[];
}

/** Sorts tests into parts. Those that run side by side stand with the longest first, so that the lanes end together. */
export function partsOf(
  files: readonly TestFile[],
  { withCheck, last }: { withCheck: boolean; last: Readonly<Record<string, number>> },
): Parts {
  const unit = files.length < minForUnit ? [] : files.filter(isUnit);
  const rest = files.filter((file) => !unit.includes(file));
  const folders = new Set([...longFolders, ...rest.map(folderOf)]);
  const took = ({ title }: Part) => last[title] ?? Number.POSITIVE_INFINITY;
  const lane = (has: (file: TestFile) => boolean) =>
    [...folders]
      .flatMap((folder) => ofFolder(folder, rest.filter(has)))
      .sort((a, b) => (took(a) === took(b) ? 0 : took(b) - took(a)));
  return {
    alone: unit.length > 0 ? [{ title: 'unit', group: (env) => unitGroup('unit', unit, env) }] : [],
    computing: [
      ...(withCheck ? [{ title: 'check', group: () => checkGroup }] : []),
      ...lane((file) => !isWaiting(file)),
    ],
    waiting: lane(isWaiting),
  };
}

const isWaiting = ({ needs }: TestFile) => needs.every((need) => need === 'temporal');

/** A process for each file in TypeScript, and one for all in Python, whose libraries take long to load. */
function ofFolder(folder: string, files: readonly TestFile[]): Part[] {
  const own = files.filter((file) => folderOf(file) === folder);
  const python = own.filter(isPython);
  const part = (title: string, files: readonly TestFile[]): Part => ({
    title,
    group: (env) => filesGroup(title, files, env),
  });
  return [
    ...(python.length > 0 ? [part(folder, python)] : []),
    ...own.filter((file) => !isPython(file)).map((file) => part(file.path, [file])),
  ];
}
