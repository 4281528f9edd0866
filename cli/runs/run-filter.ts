import { milliseconds } from '../../core/run/duration.ts';
import { scheduledRun } from '../../core/run/run-id.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import { UserError } from '../user-error.ts';
import { startOf } from './known-runs.ts';

/** Which runs `ps` lists. */
export interface RunFilter {
  pipeline?: string;
  statuses?: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  startedAfter?: number;
}

const statuses = ['running', 'paused', 'succeeded', 'failed', 'cancelled', 'terminated', 'unknown'];

/** Reads the options of `ps`. Throws UserError for a status that no run can have, and for an age that is none. */
export function readFilter(
  { pipeline, status, since }: { pipeline?: string; status?: string; since?: string },
  now: number,
): RunFilter {
  const wanted = status?.split(',').map((each) => each.trim());
  const wrong = wanted?.find((each) => !statuses.includes(each));
  if (wrong !== undefined)
    throw new UserError(`--status ${wrong}: no run has this status`, {
      hint: suggestionFor(wrong, statuses, 'a run can be'),
    });
  return {
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(wanted ? { statuses: new Set(wanted) } : {}),
    ...(since === undefined ? {} : { startedAfter: now - age(since) }),
  };
}

function age(text: string): number {
  try {
    return milliseconds(text);
  } catch {
    throw new UserError(`\`--since\` must be an age such as \`7d\` or \`12h\`, got \`${text}\``);
  }
}

/** Whether a run fits by its id alone, which names its pipeline and its start. */
export function fitsById(run: string, { pipeline, startedAfter }: RunFilter): boolean {
  if (pipeline !== undefined && pipelineOf(run) !== pipeline) return false;
  return startedAfter === undefined || (startOf(run) ?? 0) >= startedAfter;
}

/** A pipeline with several schedules has a number behind its name for all but the first. */
function pipelineOf(run: string): string {
  const schedule = scheduledRun(run)?.schedule;
  return schedule === undefined ? run.replace(/-\d{8}-\d{6}-\w+$/, '') : schedule.replace(/-\d+$/, '');
}
