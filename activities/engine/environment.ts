import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { StepInput } from '../../protocol/activities.ts';
import { isPythonReady } from '../../services/setup/prerequisites.ts';
import type { Deps } from './deps.ts';

/**
 * The dependencies of a run's steps, with the Python environment that the run began with: an upgrade of temper does not
 * change the libraries of a training. If that environment is gone, the run continues only with `--accept-versions`.
 */
export function depsOfRun(deps: Deps, input: Pick<StepInput, 'runId' | 'pins' | 'acceptVersions'>): Deps {
  const began = input.pins.environment;
  if (began === undefined || began === deps.environment) return deps;
  const folder = join(deps.environments, began);
  if (isPythonReady(folder)) return { ...deps, python: join(folder, 'bin', 'python'), environment: began };
  if (input.acceptVersions) return deps;
  throw new TemperError(
    'ENVIRONMENT_CHANGED',
    `the run began with the training libraries ${began}, which are missing in ${folder}; this worker has ${deps.environment}`,
    {
      remedy: `Continue with these by \`npx temper resume ${input.runId} --accept-versions\`; the result says from which step. Or start a new run.`,
    },
  );
}
