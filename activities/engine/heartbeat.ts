import { Context } from '@temporalio/activity';

const longestPause = 5_000;

/** Beats at once and then on a timer, often enough for the timeout the workflow asked for; the answer ends it. */
export function keepBeating(details: () => unknown = () => undefined): { beat: () => void; end: () => void } {
  const context = Context.current();
  const beat = () => context.heartbeat(details());
  const timer = setInterval(
    beat,
    Math.min(longestPause, (context.info.heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY) / 3),
  );
  beat();
  return { beat, end: () => clearInterval(timer) };
}
