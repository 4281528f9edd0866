import { type Tracked, type Tracker, track, trackedIn } from '../../kinds/options/tracking.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { Finding, FindingProblem } from '../finding.ts';
import { type Known, type KnownStep, optionsOf, placeOf, type TrackerFacts } from '../known.ts';

type Lack = (tracked: Tracked, facts: TrackerFacts) => FindingProblem | undefined;

/** Modes of W&B that send nothing. */
const silentModes = ['offline', 'disabled', 'dryrun'];

const lacks: Readonly<Record<Tracker, Lack>> = {
  tensorboard: () => undefined,
  mlflow: ({ to, url }, { variables }) =>
    url !== undefined || variables.MLFLOW_TRACKING_URI
      ? undefined
      : {
          code: 'BAD_OPTIONS',
          reason: 'tracker-without-server',
          facts: { tracker: to, variable: 'MLFLOW_TRACKING_URI' },
        },
  wandb: ({ to, url }, { variables, secrets, hosts }) => {
    const host = hostOf(url ?? variables.WANDB_BASE_URL) ?? 'api.wandb.ai';
    const isKnown = secrets.has('WANDB_API_KEY') || hosts.has(host);
    return isKnown || silentModes.includes(variables.WANDB_MODE ?? '')
      ? undefined
      : withoutLogin(to, host, 'WANDB_API_KEY');
  },
  // Its own folder needs no login, and a server of somebody's may do without.
  trackio: ({ to, url }, { variables, secrets }) =>
    url !== undefined || !variables.TRACKIO_SPACE_ID || secrets.has('HF_TOKEN')
      ? undefined
      : withoutLogin(to, 'huggingface.co', 'HF_TOKEN'),
};

/** Finds trackers whose client would not reach its server, which the training itself would tell only once it runs. */
export const findUnreachedTrackers = (known: Known): Finding[] =>
  known.trackers === undefined ? [] : known.steps.flatMap((step) => unreachedOf(step, known.trackers!));

function unreachedOf(step: KnownStep, facts: TrackerFacts): Finding[] {
  const option = definitionOf(step.uses)?.trackOption;
  const written = option === undefined ? undefined : optionsOf(step)[option];
  const read = track.safeParse(written);
  if (!read.success || option === undefined) return [];
  return trackedIn(read.data).flatMap((tracked) => {
    const problem = lacks[tracked.to](tracked, facts);
    return problem
      ? [{ ...problem, place: placeOf(step, [option, ...placeIn(written, tracked.to)]), level: 'warning' }]
      : [];
  });
}

/** The entry of a list that names the tracker. */
const placeIn = (written: unknown, to: Tracker): number[] =>
  Array.isArray(written) ? [written.findIndex((each) => each === to || (each as Tracked | null)?.to === to)] : [];

const withoutLogin = (tracker: Tracker, host: string, secret: string): FindingProblem => ({
  code: 'SECRET_MISSING',
  reason: 'tracker-without-login',
  facts: { tracker, host, secret },
});

const hostOf = (url: string | undefined) => /^https?:\/\/([^/:?#]+)/.exec(url ?? '')?.[1];
