import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { StepInput } from '../../protocol/activities.ts';
import { isPythonReady } from '../../services/setup/prerequisites.ts';
import type { Deps } from './deps.ts';

/**
 * What the steps of a run stand on: the Python environment the run began with, so that an upgrade of temper changes
 * nothing under a training. Where it is gone, the run goes on with the present one only when that was accepted.
 */
export function depsOfRun(deps: Deps, input: Pick<StepInput, 'runId' | 'pins' | 'acceptVersions'>): Deps {
  const began = input.pins.environment;
  if (began === undefined || began === deps.environment) return deps;
  const folder = join(deps.environments, began);
  if (isPythonReady(folder)) return { ...deps, python: join(folder, 'bin', 'python'), environment: began };
  if (input.acceptVersions) return deps;
  throw new TemperError(
    'ENVIRONMENT_CHANGED',
    `the run began with the training libraries ${began}, which are no longer at ${folder}; this worker has ${deps.environment}`,
    {
      remedy: `Go on with the present ones by \`npx temper resume ${input.runId} --accept-versions\`: the result then says from which step. Or start a new run.`,
    },
  );
}
