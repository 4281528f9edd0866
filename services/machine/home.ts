import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathSetting, xdgFolder } from '../settings/settings.ts';

/** The paths of one installation's state, servers and store; all are absolute. */
export interface Home {
  root: string;
  /** Eight random hex digits. Queue names contain it, so two homes never take each other's work. */
  id: string;
  store: string;
  runs: string;
  secrets: string;
  pins: string;
  services: string;
  logs: string;
  stateFile: string;
  temporalDb: string;
  ollamaModels: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the home; it need not exist. Throws BAD_SETTING. */
export const homeRoot = (env: Environment = process.env): string =>
  pathSetting('TEMPER_HOME', env) ?? join(xdgFolder('XDG_DATA_HOME', env, '.local/share'), 'temper');

/** Opens the home that `TEMPER_HOME` names, or else the one in the XDG data folder. Creates it if it is missing. Throws BAD_SETTING. */
export function openHome(env: Environment = process.env): Home {
  const root = homeRoot(env);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const services = join(root, 'services');
  const home: Home = {
    root,
    id: readOrMakeId(join(root, 'id')),
    store: join(root, 'store'),
    runs: join(root, 'runs'),
    secrets: join(root, 'secrets'),
    pins: join(root, 'pins'),
    services,
    logs: join(services, 'logs'),
    stateFile: join(services, 'state.json'),
    temporalDb: join(root, 'temporal', 'temporal.db'),
    ollamaModels: join(root, 'ollama', 'models'),
  };
  for (const folder of [
    home.store,
    home.runs,
    home.secrets,
    home.pins,
    home.logs,
    join(root, 'temporal'),
    home.ollamaModels,
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  return home;
}

/** Two processes may open a new home at once: the first hard link decides the id. */
function readOrMakeId(file: string): string {
  if (!existsSync(file)) {
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, `${randomBytes(4).toString('hex')}\n`);
    try {
      linkSync(aside, file);
    } catch (error) {
      // Where the file system has no hard links, the last of two first starts decides.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(aside, file);
    } finally {
      rmSync(aside, { force: true });
    }
  }
  return readFileSync(file, 'utf8').trim();
}

/** Folder for large files that can be fetched again: programs, builds. `TEMPER_CACHE` overrides the XDG folder. */
export function cacheDir(env: Environment = process.env): string {
  return pathSetting('TEMPER_CACHE', env) ?? join(xdgFolder('XDG_CACHE_HOME', env, '.cache'), 'temper');
}

/** Folder for Python's bytecode. Without it a trainer compiles its libraries at each start: 11 s of 18 s. */
export const bytecodeDir = (env: Environment = process.env): string => join(cacheDir(env), 'bytecode');

interface HomeQueues {
  orchestrator: string;
  gpu: string;
  cpu: string;
  host: string;
}

/**
 * Task queues of a home. No name of a machine is part of them: laptops, containers and WSL get another one overnight, and
 * the work belongs to whoever has the home's files. Machines that share a home take each other's work.
 */
export function queues(home: Pick<Home, 'id'>): HomeQueues {
  const name = (what: string) => `temper-${home.id}-${what}`;
  return { orchestrator: name('orchestrator'), gpu: name('gpu'), cpu: name('cpu'), host: name('host') };
}
