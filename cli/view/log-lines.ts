import { driftNumber, sharePercent } from '../../core/quantization/drift-report.ts';
import { trackingWords } from '../../core/words/tracking.ts';
import { type TrainerEvent, trainerEvent } from '../../protocol/trainer/events.ts';
import { localTimeToSecond } from '../../services/machine/local-time.ts';
import { size } from './render.ts';
import { duration } from './text/duration.ts';
import { printable } from './text/printable.ts';

/** An event of a training for people; undefined for one that a later line tells better. */
type Words = { [E in TrainerEvent['event']]: (event: Extract<TrainerEvent, { event: E }>) => string | undefined };

const words: Words = {
  loading: ({ what }) => `loads the ${what}`,
  reading: () => undefined,
  reading_document: ({ name, page }) => (page === 0 ? `reading ${name}` : undefined),
  bad_row: ({ where, reason }) => `${where}: ${reason}`,
  downloading: ({ bytes, total_bytes }) => `downloads: ${size(bytes)} of ${size(total_bytes)}`,
  waiting: ({ holder, pid }) =>
    `waits for the device${holder === null ? '' : `, which ${holder}${pid === null ? '' : ` (process ${pid})`} has`}`,
  took_over: ({ attempt, pid }) => `took over from attempt ${attempt} (process ${pid})`,
  quarantined: ({ path, reason, moved }) => `broken checkpoint: ${reason} (${path}${moved ? ', put aside' : ''})`,
  resumed: ({ step, hardware_changed }) =>
    `goes on from checkpoint ${step}${hardware_changed ? ', on other hardware' : ''}`,
  dataset: ({ examples, dropped, tokens, trained_tokens, eval_examples }) =>
    `${examples} rows${dropped > 0 ? ` (${dropped} dropped)` : ''}, ${tokens} tokens, of which ${trained_tokens} are learned; ${eval_examples} rows held out`,
  started: ({ step, max_steps, trainable, parameters, device, precision }) =>
    `trains from step ${step} to ${max_steps} on ${device} in ${precision}: ${trainable} of ${parameters} parameters`,
  progress: ({ step, max_steps, loss, learning_rate, grad_norm, tokens_per_second, eta_seconds }) =>
    [
      `step ${step}/${max_steps}`,
      `loss ${digits(loss)}`,
      ...(grad_norm === null ? [] : [`gradient ${digits(grad_norm)}`]),
      `learning rate ${learning_rate.toPrecision(2)}`,
      `${Math.round(tokens_per_second)} tokens/s`,
      `${duration(eta_seconds * 1000)} left`,
    ].join('  '),
  evaluating: () => undefined,
  evaluated: ({ step, eval_loss, best }) =>
    `step ${step}: loss on held-out rows ${digits(eval_loss)}${best ? ', the best so far' : ''}`,
  early_stopped: ({ step, best_step }) =>
    `stopped early at step ${step}${best_step === null ? '' : `; the best was step ${best_step}`}`,
  saving: () => undefined,
  checkpoint: ({ step, bytes, finished }) => `checkpoint ${step} saved, ${size(bytes)}${finished ? ', the last' : ''}`,
  tracked: trackingWords,
  untracked: trackingWords,
  merging: ({ done, total }) => (done === total ? `merged ${total} tensors` : undefined),
  converting: ({ done, total }) => (done === total ? `converted ${total} tensors` : undefined),
  measuring: () => undefined,
  drift_measured: ({ name, kl, same_top }) =>
    `${name}: drift ${driftNumber(kl)} nats a token, ${sharePercent(same_top)} of the greedy tokens agree`,
  answered: ({ done, total }) => (done === total ? `answered ${total} chats` : undefined),
  interrupted: ({ step }) => `stopped on request; step ${step} is saved`,
  failed: ({ code, message }) => `failed: ${message} [${code}]`,
  done: () => 'done',
};

/** A word where it is no number: `nan`, `inf`. */
const digits = (value: number | string): string => (typeof value === 'number' ? value.toFixed(4) : value);

/** The event in a line of a log; undefined for a line that is none, or is cut by a crash. */
export function eventIn(line: string): TrainerEvent | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return trainerEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const attemptLine = /^--- attempt (\d+), (\S+), on (.*?): (.*) ---$/;

/** A line of a step's log for people; undefined for one that says nothing new. */
export function logLine(line: string): string | undefined {
  const event = eventIn(line);
  if (event) {
    const text = (words[event.event] as (each: TrainerEvent) => string | undefined)(event);
    return text === undefined ? undefined : printable(text);
  }
  const [, attempt, at, host, why] = attemptLine.exec(line) ?? [];
  if (attempt !== undefined) return `--- attempt ${attempt}, ${localTimeToSecond(at!)}, on ${host}: ${why} ---`;
  // A bar of a library is drawn over and over in one line; what stands last in it stays.
  return printable(line.replace(/\r$/, '').split('\r').at(-1) ?? '');
}
