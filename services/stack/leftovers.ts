import { isAlive } from '../machine/process-mark.ts';
import type { Reporter } from '../machine/report.ts';
import { endProcess, killGroup, serverGrace, workerGrace } from './process-group.ts';
import type { StackState } from './state.ts';

const servers = new Set(['temporal', 'ollama']);

/** Names of services that still run though their supervisor does not. */
export function leftBehind(state: StackState): string[] {
  return Object.entries(state.services).flatMap(([name, service]) =>
    service.process && isAlive(service.process) ? [name] : [],
  );
}

/** Ends what a killed supervisor left running, workers first and softly. */
export async function endLeftovers(state: StackState, report?: Reporter['report']): Promise<void> {
  const left = leftBehind(state);
  if (left.length > 0) report?.(`ending what was left running by a supervisor that was killed: ${left.join(', ')}`);
  const end = async (wanted: (name: string) => boolean, grace: number) =>
    await Promise.all(
      Object.entries(state.services).map(async ([name, { process }]) => {
        if (!process || !wanted(name)) return;
        if (isAlive(process)) await endProcess(process, grace);
        else killGroup(process);
      }),
    );
  await end((name) => !servers.has(name), workerGrace);
  await end((name) => servers.has(name), serverGrace);
}
