import { Context } from '@temporalio/activity';

const maxPauseMs = 5_000;

/** Sends a heartbeat now and then on a timer, at least three times per heartbeat timeout, until `end` is called. */
export function keepBeating(details: () => unknown = () => undefined): { beat: () => void; end: () => void } {
  const context = Context.current();
  const beat = () => context.heartbeat(details());
  const timer = setInterval(
    beat,
    Math.min(maxPauseMs, (context.info.heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY) / 3),
  );
  beat();
  return { beat, end: () => clearInterval(timer) };
}
