import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isRecord, looksLikeHandle } from '../../../core/json.ts';
import type { Tracked } from '../../../core/kinds/options/tracking.ts';
import type { Job } from '../../../protocol/trainer/jobs.ts';
import { pathSetting } from '../../../services/settings/settings.ts';
import type { StepContext } from '../../engine/step-context.ts';

type Context = Pick<StepContext<'train'>, 'deps' | 'input' | 'options' | 'folder' | 'logFile'>;

/** What the process that feeds a tracker is told: equal in every attempt, so that all of them draw one curve. */
export function trackJob(context: Context, { to, project, url }: Tracked): Job<'track'> {
  const { deps, input, options, folder, logFile } = context;
  const { runId, step } = input;
  const { track: _, ...config } = options;
  return {
    to,
    log: logFile,
    folder: join(folder, 'track', to),
    url: to === 'tensorboard' ? join(boards(deps.runs), runId, step) : (url ?? null),
    run: {
      id: idOf(runId, step),
      name: `${runId}/${step}`,
      project: project ?? input.pipeline ?? 'temper',
      group: runId,
      link: deps.runLink(runId) ?? null,
      config: flat(config),
    },
  };
}

/** Beside the folder of runs, since `tensorboard --logdir` shows all that lies in one folder. */
const boards = (runs: string) =>
  pathSetting('TENSORBOARD_LOGGING_DIR', process.env) ?? join(dirname(runs), 'tensorboard');

/** In the letters that every tracker takes. The digest tells apart what the letters no longer do. */
function idOf(runId: string, step: string): string {
  const name = `${runId}-${step}`.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 100);
  return `${name}-${createHash('sha256').update(`${runId}/${step}`).digest('hex').slice(0, 8)}`;
}

type Flat = Job<'track'>['run']['config'];

/** The options by their dotted path; an artifact is its digest. */
function flat(value: unknown, path = ''): Flat {
  if (value === undefined || value === null) return {};
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return { [path]: value };
  if (looksLikeHandle(value)) return { [path]: value.digest };
  if (!isRecord(value)) return { [path]: JSON.stringify(value) };
  const parts = Object.entries(value).map(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
  return Object.assign({}, ...parts) as Flat;
}
