import { join } from 'node:path';
import { elapsed, type Reporter, type Say, whileWorking } from '../machine/report.ts';
import { toolEnvironment } from '../settings/child-environment.ts';

/** How a part came to be here. */
export type Way = 'running' | 'named' | 'path' | 'cached' | 'downloaded' | 'wheel' | 'built' | 'installed';

export interface Found {
  path: string;
  version: string;
  way: Way;
}

export interface Setup {
  env: Readonly<Record<string, string | undefined>>;
  /** Folder of what is large and can be had again. */
  cache: string;
  reporter: Reporter;
  signal?: AbortSignal | undefined;
}

/** What set-up may be told besides where to put things and whom to tell. */
export interface SetupOptions {
  env?: Readonly<Record<string, string | undefined>>;
  progress?: Reporter['progress'];
  signal?: AbortSignal | undefined;
}

export const setupContext = (cache: string, report: Reporter['report'], options: SetupOptions = {}): Setup => ({
  env: toolEnvironment(options.env ?? process.env),
  cache,
  reporter: { report, progress: options.progress },
  signal: options.signal,
});

export const buildLog = (setup: Setup, part: string): string => join(setup.cache, 'logs', `${part}-${process.pid}.log`);

const how: Record<Way, (took: string) => string> = {
  running: () => 'is running already',
  named: () => 'named by the environment',
  path: () => 'found on PATH',
  cached: () => 'ready',
  downloaded: (took) => `downloaded in ${took}`,
  wheel: (took) => `installed from its wheel in ${took}`,
  built: (took) => `built in ${took}`,
  installed: (took) => `installed in ${took}`,
};

/** Finds or makes one part, with elapsed time while it lasts, and one line at the end that says which way was taken unless it lay ready. */
export async function announce<T extends Found>(
  setup: Setup,
  part: string,
  find: (say: Say) => Promise<T>,
): Promise<T> {
  const started = Date.now();
  const found = await whileWorking(setup.reporter, part, find);
  if (found.way !== 'cached')
    setup.reporter.report(`${part} ${found.version}: ${how[found.way](elapsed(Date.now() - started))} (${found.path})`);
  return found;
}
