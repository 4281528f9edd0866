import { setTimeout as delay } from 'node:timers/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { SettingChange } from '../../core/setting-problems.ts';
import { settingChangeWords } from '../../core/words/settings.ts';
import { codeVersion } from '../machine/code-version.ts';
import { requireFolders } from '../machine/files/folder-check.ts';
import { cacheDir, type Home, queues } from '../machine/home.ts';
import { packageFile } from '../machine/package-root.ts';
import { isAlive } from '../machine/process-mark.ts';
import { elapsed, type Reporter, whileWorking } from '../machine/report.ts';
import { requireSettings } from '../settings/settings.ts';
import { keptSettings, settingChanges } from '../settings/since-up.ts';
import type { Found } from '../setup/context.ts';
import { ensureOllama } from '../setup/ollama.ts';
import { checkPrerequisites, describeMissing, type Part } from '../setup/prerequisites.ts';
import { ensurePython } from '../setup/python/environment.ts';
import { ensureTemporal } from '../setup/temporal.ts';
import { namedTemporal } from '../temporal/connect.ts';
import { endLeftovers, leftBehind } from './leftovers.ts';
import { type ServiceKind, type StackPlan, serviceKinds, type WorkerPlan } from './plan.ts';
import { killGroup, serverGrace, workerGrace } from './process-group.ts';
import { entry, start } from './start.ts';
import { readState, removeState, type StackState, stackState } from './state.ts';

export type { Reporter } from '../machine/report.ts';
export { terminalReporter } from '../machine/report.ts';

export interface UpOptions extends Partial<Reporter> {
  /** Which services to run, by default all. */
  services?: readonly ServiceKind[];
  /** Other workers than temper's own. */
  workers?: readonly WorkerPlan[];
  signal?: AbortSignal;
}

/** Milliseconds after which a supervisor that does not end, because it is frozen, is killed. */
const maxStopMs = workerGrace + 3 * serverGrace;

const preloaded = packageFile('workers/no-promise-stacks.cjs');

/** Brings up what is not running: sets up what is missing, starts the supervisor, waits until every service answers. */
export async function up(home: Home, options: UpOptions = {}): Promise<StackState> {
  const reporter: Reporter = { report: options.report ?? (() => {}), progress: options.progress };
  // The services keep what they read for as long as they run, so nothing malformed reaches them.
  requireSettings(process.env);
  const running = await stackState(home);
  if (running?.phase === 'ready') return accept(home, running, reporter);
  await requireFolders(home);
  const services = options.services ?? serviceKinds;
  const programs = running ? {} : await setUp(services, reporter, options.signal);
  const workers = options.workers ?? ownWorkers(home, services);
  return await whileWorking(reporter, 'services', async (say) => {
    const started = Date.now();
    say('starting');
    const state = await start(
      home,
      { services, programs, workers, codeVersion: codeVersion() },
      { ...reporter, say, signal: options.signal },
    );
    for (const note of state.notes) reporter.report(note);
    reporter.report(
      `services: up in ${elapsed(Date.now() - started)}${state.addresses.temporalUi ? `, web UI at ${state.addresses.temporalUi}` : ''}`,
    );
    return state;
  });
}

/** A running stack serves as it is, unless the environment names another Temporal than it stands on. */
function accept(home: Home, state: StackState, reporter: Reporter): StackState {
  const named = namedTemporal();
  if (named && named.connectionOptions.address !== state.addresses.temporal) {
    throw new TemperError(
      'SERVICE_FAILED',
      `the running services use Temporal at ${state.addresses.temporal}, and the environment names ${named.connectionOptions.address}`,
      {
        remedy: 'Run `npx temper down` first, or unset TEMPORAL_ADDRESS and TEMPORAL_PROFILE.',
      },
    );
  }
  const changes = changesSinceUp(home, state);
  if (changes.length > 0) reporter.report(settingChangeWords(changes));
  if (state.codeVersion !== codeVersion())
    reporter.report(
      'the workers run an earlier state of temper’s code; `npx temper down` and `npx temper up` start them anew',
    );
  return state;
}

/** What the environment of this shell says otherwise than the running services, which keep what they began with. */
export const changesSinceUp = (home: Home, state: StackState): SettingChange[] =>
  state.settings ? settingChanges(state.settings, keptSettings(process.env, home.id)) : [];

async function setUp(
  services: readonly ServiceKind[],
  reporter: Reporter,
  signal: AbortSignal | undefined,
): Promise<StackPlan['programs']> {
  const needs = {
    python: services.includes('gpu'),
    temporal: services.includes('temporal') && !namedTemporal(),
    ollama: services.includes('ollama'),
  };
  const parts = (Object.keys(needs) as Part[]).filter((part) => needs[part as keyof typeof needs]);
  const missing = await checkPrerequisites({ parts });
  if (missing.length > 0)
    throw new TemperError('TOOL_MISSING', describeMissing(missing), { remedy: 'Install these and start again.' });
  const cache = cacheDir();
  const more = { progress: reporter.progress, signal };
  const find = async (needed: boolean, ensure: typeof ensurePython): Promise<Found | undefined> =>
    needed ? await ensure(cache, reporter.report, more) : undefined;
  // Two wait for the network most of the time, and the compilers of the third for a processor.
  const [python, temporal, ollama] = await Promise.all([
    find(needs.python, ensurePython),
    find(needs.temporal, ensureTemporal),
    find(needs.ollama, ensureOllama),
  ]);
  return { ...(python ? { python } : {}), ...(temporal ? { temporal } : {}), ...(ollama ? { ollama } : {}) };
}

function ownWorkers(home: Home, services: readonly ServiceKind[]): WorkerPlan[] {
  const names = queues(home);
  const worker = (name: 'orchestrator' | 'gpu', type: 'workflow' | 'activity'): WorkerPlan => ({
    name,
    program: process.execPath,
    args: ['--require', preloaded, entry, 'worker', name],
    queue: { name: names[name], type },
  });
  return [worker('orchestrator', 'workflow'), worker('gpu', 'activity')].filter(({ name }) =>
    services.includes(name as ServiceKind),
  );
}

/** Stops everything of this home, workers first; true when there was something to stop. */
export async function down(home: Home, options: Partial<Reporter> = {}): Promise<boolean> {
  const reporter: Reporter = { report: options.report ?? (() => {}), progress: options.progress };
  const state = await readState(home);
  if (!state) return false;
  const lives = isAlive(state.supervisor);
  const left = leftBehind(state);
  if (!lives && left.length === 0) {
    removeState(home);
    return false;
  }
  await whileWorking(reporter, 'services', async (say) => {
    say('stopping');
    if (lives) {
      process.kill(state.supervisor.pid, 'SIGTERM');
      for (const limit = Date.now() + maxStopMs; isAlive(state.supervisor) && Date.now() < limit; ) {
        const now = await readState(home);
        const stopping = Object.entries(now?.services ?? {}).flatMap(([name, { status }]) =>
          status === 'stopping' ? [name] : [],
        );
        if (stopping.length > 0)
          say(
            `stopping ${stopping.join(' and ')}${stopping.includes('gpu') ? ' (a training saves a checkpoint first)' : ''}`,
          );
        await delay(50);
      }
    }
    // What it did not stop itself, because it was killed before or meanwhile.
    killGroup(state.supervisor);
    await endLeftovers((await readState(home)) ?? state, reporter.report);
  });
  if ((await readState(home)) && !(await stackState(home))) removeState(home);
  return true;
}

export interface StackStatus {
  /** A supervisor lives. */
  up: boolean;
  /** `partly`: a service does not answer just now. `left`: no supervisor, but processes of a killed one. */
  condition: 'up' | 'starting' | 'partly' | 'stopping' | 'left' | 'down';
  state: StackState | undefined;
  /** Folder of the logs. */
  logs: string;
}

/** How the stack stands now. */
export async function status(home: Home): Promise<StackStatus> {
  const state = await readState(home);
  const { logs } = home;
  if (!state) return { up: false, condition: 'down', state: undefined, logs };
  if (!isAlive(state.supervisor))
    return { up: false, condition: leftBehind(state).length > 0 ? 'left' : 'down', state, logs };
  if (state.phase !== 'ready')
    return { up: true, condition: state.phase === 'starting' ? 'starting' : 'stopping', state, logs };
  const whole = Object.values(state.services).every(
    (service) => service.status === 'running' && service.process && isAlive(service.process),
  );
  return { up: true, condition: whole ? 'up' : 'partly', state, logs };
}
