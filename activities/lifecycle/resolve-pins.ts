import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { isLocalBase, isResolved } from '../../core/kinds/options/base-source.ts';
import { hubRowsAt } from '../../core/kinds/options/hub-rows.ts';
import { markedValues } from '../../core/kinds/options/option-marks.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { hasExpression } from '../../core/language/expression/parse.ts';
import { fullModelName } from '../../core/model-name.ts';
import { expandWithin, type StepInstance } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { PinnedFile, PinnedRows, Pins } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { resolveModel } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { absentFile, digests } from '../engine/pinned-files.ts';
import { questionsDigest } from '../evaluate/questions/questions-digest.ts';
import type { TrainerContext } from '../process/run-trainer.ts';
import { resolveAdapter } from '../train/continue-from.ts';
import { resolveBase } from './resolve-base.ts';
import { resolveHubRows } from './resolve-hub-rows.ts';

/**
 * Resolves everything that a plan names to digests and commits. Throws at the first that cannot be resolved, unless the
 * step is handed to `leave`: then the others are resolved without it.
 */
export async function resolvePins(
  deps: Deps,
  plan: Plan,
  trainer: TrainerContext & { progress: (progress: Progress) => void },
  leave?: (step: string, error: unknown) => void,
): Promise<Pins> {
  const files: Record<string, PinnedFile> = {};
  const bases: Record<string, Pins['bases'][string]> = {};
  const models: Record<string, string> = {};
  const adapters: Record<string, Handle | null> = {};
  const datasets: Record<string, PinnedRows> = {};
  const exams = new Set<string>();
  const absentAllowed = namesThatMayBeAbsent(plan);
  const resolveStep = async (step: StepInstance) => {
    const exam = definitionOf(step.uses)?.exam?.option;
    for (const { mark, path, value, mayBeAbsent } of markedValues(step.uses, step.with)) {
      if (hasExpression(value)) continue;
      const isRead = mark === 'path' || (mark === 'base' && isLocalBase(value));
      // Every byte counts of a folder that a step reads as files, also if another uses it as a base model.
      if (isRead && !(files[value] && (mark === 'base' || !files[value].parts))) {
        const how = mark === 'base' ? 'ofBase' : 'of';
        files[value] = await digests(deps)
          [how](value, trainer.signal)
          .catch((error: NodeJS.ErrnoException) => {
            const why = absent.get(error.code ?? '');
            if (mayBeAbsent && error.code === 'ENOENT') return absentFile;
            if (why === undefined) throw error;
            throw new TemperError('FILE_NOT_FOUND', `step "${step.id}" needs ${value}, which ${why}`);
          });
        if (path[0] === exam) exams.add(value);
      }
      if (mark === 'base' && isResolved(value)) {
        bases[value] ??= await resolveBase(deps, value, trainer);
      } else if (mark === 'hub-rows') {
        const rows = hubRowsAt(step.with, path);
        datasets[rows.id] ??= await resolveHubRows(deps, rows, trainer);
      } else if (mark === 'adapter') {
        adapters[value] ??= await resolveAdapter(deps, step, value);
      } else if (mark === 'ollama' && !models[value]) {
        const digest = await resolveModel(deps, value);
        if (digest) models[value] = digest;
        else if (!absentAllowed.has(fullModelName(value)))
          throw new TemperError(
            'MODEL_NOT_IN_OLLAMA',
            `step "${step.id}" names the model "${value}", which Ollama at ${withoutCredentials(deps.ollama.serving)} does not have`,
          );
      }
    }
  };
  // Pipelines that run as steps use these pins too, so one run never mixes two versions of a file.
  for (const step of expandWithin(plan)) {
    await resolveStep(step).catch((error: unknown) => {
      if (!leave) throw error;
      leave(step.id, error);
    });
  }
  for (const exam of exams) {
    const questions = await questionsDigest(trainer, exam);
    if (questions !== undefined) files[exam] = { ...files[exam]!, questions };
  }
  await digests(deps).save();
  const continued = Object.keys(adapters).length > 0 ? { adapters } : {};
  const fromHub = Object.keys(datasets).length > 0 ? { datasets } : {};
  return { files, bases, models, ...fromHub, ...continued, environment: deps.environment };
}

/** Error codes of the system for a path without readable bytes. */
const absent: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['ENOTDIR', 'does not exist: a part of the path is not a folder'],
  ['ELOOP', 'is a link that forms a circle'],
  ['ENAMETOOLONG', 'does not exist: the name is too long'],
  ['EACCES', 'the worker may not read'],
]);

/** Models that the plan itself creates, and those in production before the first promotion, need not exist yet. */
const namesThatMayBeAbsent = (plan: Plan): Set<string> =>
  new Set(
    expandWithin(plan)
      .flatMap((step) => markedValues(step.uses, step.with))
      .flatMap(({ mark, mayBeAbsent, value }) => (mark === 'creates' || mayBeAbsent ? [fullModelName(value)] : [])),
  );
