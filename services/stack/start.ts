import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { isClaimed } from '../machine/claim.ts';
import { cacheDir, type Home } from '../machine/home.ts';
import { packageFile } from '../machine/package-root.ts';
import { isAlive } from '../machine/process-mark.ts';
import type { Reporter, Say } from '../machine/report.ts';
import { ownEnvironment } from '../settings/child-environment.ts';
import { leftBehind } from './leftovers.ts';
import { lastLines, openLog } from './log-file.ts';
import { notNeeded, type StackPlan, supervisorName } from './plan.ts';
import { readState, type StackState } from './state.ts';

/** The command itself, which supervisor and workers are started by. */
export const entry = packageFile('bin/temper.mjs');

interface Starting extends Reporter {
  say: Say;
  signal: AbortSignal | undefined;
}

/** Starts a supervisor, detached, and waits until each of its services answers. */
export async function start(home: Home, plan: StackPlan, how: Starting): Promise<StackState> {
  const before = await readState(home);
  if (before && !isAlive(before.supervisor)) {
    const left = leftBehind(before);
    if (left.length > 0) how.report(`ending what a killed supervisor left running: ${left.join(', ')}`);
  }
  const child = startSupervisor(home, plan);
  try {
    for (;;) {
      how.signal?.throwIfAborted();
      const state = await readState(home);
      // A state of an earlier supervisor lies here until the new one has ended what that left.
      if (state && isAlive(state.supervisor)) {
        if (state.phase === 'ready') return state;
        how.say(phaseOf(state));
      } else if (child.exitCode !== undefined && child.exitCode !== notNeeded) {
        throw startFailure(
          home,
          state && state.supervisor.pid === child.pid ? state.failure : undefined,
          child.exitCode,
        );
      } else if (child.exitCode === notNeeded && state !== undefined && state.phase === 'failed') {
        throw startFailure(home, state.failure, 1);
      } else if (child.exitCode === notNeeded && !state && !(await isClaimed(supervisorName(home)))) {
        // Claimed without a state is a supervisor that has only just begun.
        throw new TemperError('SERVICE_FAILED', 'the services were stopped while they started', {
          remedy: 'Run `npx temper up` again.',
        });
      }
      await delay(40);
    }
  } finally {
    child.forget();
  }
}

/** A process of its own session, which outlives the terminal; its words go to a log. */
function startSupervisor(
  home: Home,
  plan: StackPlan,
): { pid: number | undefined; exitCode: number | undefined; forget: () => void } {
  const log = openLog(supervisorLog(home));
  const child = spawn(process.execPath, [entry, 'supervise', JSON.stringify(plan)], {
    cwd: home.root,
    detached: true,
    stdio: ['ignore', log, log],
    env: ownEnvironment(process.env, { TEMPER_HOME: home.root, TEMPER_CACHE: cacheDir() }),
  });
  closeSync(log);
  const watched = { pid: child.pid, exitCode: undefined as number | undefined, forget: () => child.unref() };
  child.once('error', () => {
    watched.exitCode = 1;
  });
  child.once('exit', (code) => {
    watched.exitCode = code ?? 1;
  });
  return watched;
}

const supervisorLog = (home: Home) => join(home.logs, 'supervisor.log');

function phaseOf(state: StackState): string {
  if (state.phase === 'stopping') return 'the services are being stopped';
  const waited = Object.entries(state.services).flatMap(([name, { status }]) => (status === 'running' ? [] : [name]));
  return waited.length > 0 ? `waiting for ${waited.join(' and ')}` : 'starting';
}

function startFailure(home: Home, failure: string | undefined, exitCode: number): TemperError {
  const log = supervisorLog(home);
  const facts =
    failure ??
    `the supervisor ended with ${exitCode}. The end of its log, ${log}:\n${lastLines(log).replace(/^/gm, '    ')}`;
  return new TemperError('SERVICE_FAILED', `the local services do not start: ${facts}`);
}
