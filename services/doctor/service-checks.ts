import type { Connection } from '@temporalio/client';
import { plural } from '../../core/words/plural.ts';
import type { Home } from '../machine/home.ts';
import { isAtLeast, isUnnumbered } from '../setup/programs/find-program.ts';
import { instructionSet } from '../setup/programs/instruction-set.ts';
import { pins } from '../setup/versions.ts';
import { ollamaVersion } from '../stack/ollama-service.ts';
import { stackState } from '../stack/state.ts';
import { status } from '../stack/up-and-down.ts';
import { connectTemporal, namedTemporal } from '../temporal/connect.ts';
import { judgeStepTime, measureStepTime } from '../temporal/step-time.ts';
import type { MachineCheck } from './check.ts';
import { type OllamaSpeed, readSpeed } from './ollama-speed.ts';
import { openRuns, schedules } from './run-checks.ts';

export async function services(home: Home): Promise<MachineCheck> {
  const { condition, state } = await status(home);
  const name = 'local services';
  const troubled = Object.entries(state?.services ?? {}).filter(([, service]) => service.status !== 'running');
  if (condition === 'down') return { name, ok: true, detail: 'not running; a run starts them' };
  if (condition === 'left')
    return {
      name,
      ok: false,
      detail: 'processes of a killed supervisor are still running',
      remedy: 'Run `npx temper up` or `npx temper down`.',
    };
  const detail =
    troubled.length === 0
      ? `all of ${Object.keys(state?.services ?? {}).join(', ')} answer`
      : troubled
          .map(([service, { status, lastEnd }]) => `${service} is ${status}${lastEnd ? `: it ${lastEnd}` : ''}`)
          .join('; ');
  return {
    name,
    ok: troubled.length === 0,
    detail,
    remedy: `Read the log: ${troubled.map(([, { log }]) => log).join(', ')}`,
  };
}

export async function temporal(home: Home): Promise<MachineCheck[]> {
  const state = await stackState(home);
  const named = namedTemporal();
  if (!named && !state?.addresses.temporal) return [];
  const name = 'Temporal server';
  try {
    const { client, connection, address, namespace, own, close } = await connectTemporal(home);
    try {
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      await connection.workflowService.describeNamespace({ namespace });
      const server = {
        name,
        ok: true,
        detail: `${serverVersion} at ${address}, namespace ${namespace}${own ? ', temper’s own' : ', yours'}`,
      };
      const ofRuns = [...(await openRuns(client, home)), ...(await schedules(client, home))];
      return [server, ...(own ? [] : [await stepTime(connection, namespace)]), ...ofRuns];
    } finally {
      await close();
    }
  } catch (error) {
    const check = {
      name,
      ok: false,
      detail: `${named?.connectionOptions.address ?? state?.addresses.temporal}: ${(error as Error).message}`,
      remedy: named
        ? 'Start it, or correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.'
        : 'Run `npx temper down`, then `npx temper up`.',
    };
    return [check];
  }
}

/** A server with default settings may delay each step by 100 ms; only its admin can change that. */
async function stepTime(connection: Connection, namespace: string): Promise<MachineCheck> {
  const name = 'Temporal step time';
  return await measureStepTime(connection, namespace).then(
    (measured) => ({ name, ...judgeStepTime(measured) }),
    // The client may lack the permission to poll, for example: the server is still usable.
    (error: Error) => ({ name, ok: true, detail: `not measured: ${error.message}` }),
  );
}

export async function ollama(home: Home): Promise<MachineCheck | undefined> {
  const state = await stackState(home);
  if (!state?.addresses.ollama) return undefined;
  const { ollama: serving, ollamaOwn: own } = state.addresses;
  const version = await ollamaVersion(serving);
  const detail =
    version === undefined
      ? `${serving} does not answer`
      : `${version} at ${serving}${serving === own ? ', temper’s own' : ', yours; temper converts models with its own, and each import proves the template that yours renders'}`;
  const ok = version !== undefined && (isUnnumbered(version) || isAtLeast(version, pins.ollama.minimum));
  // Only the log of temper's own is at hand.
  const speed = serving === own && state.services.ollama ? await readSpeed(state.services.ollama.log) : {};
  if (ok && speed.vectors === false && instructionSet().name === 'avx2')
    return {
      name: 'Ollama server',
      ok: false,
      detail: `${detail}; it was compiled without AVX2, which this processor has, and answers several times slower than it could`,
      remedy: 'Unset OLLAMA_PATH or name another build, then run `npx temper down` and `npx temper up`.',
    };
  return {
    name: 'Ollama server',
    ok,
    detail: `${detail}${speedWords(speed)}`,
    remedy:
      serving === own
        ? 'The supervisor restarts it; read its log.'
        : 'Start or update it, then run `npx temper down` and `npx temper up`.',
  };
}

const speedWords = ({ answering }: OllamaSpeed) =>
  answering === undefined
    ? ''
    : `; its last ${plural(answering.answers, 'answer')} came at ${Math.round(answering.tokensPerSecond)} tokens/s`;
