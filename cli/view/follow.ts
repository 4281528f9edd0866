import { WorkflowNotFoundError } from '@temporalio/client';
import type { Wait } from '../../core/reasons.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { needsAttention } from '../../core/words/waits.ts';
import type { Progress } from '../../protocol/progress.ts';
import { type Pending, type Snapshot, waitsNeedingAttention } from '../../services/runs/snapshot.ts';
import { attentionLines } from './attention.ts';
import { countLine, duration, pinLines, progressText, stepLine } from './render.ts';
import { stepsShown, waitingIn, waitingLines, widthOf } from './steps-shown.ts';
import { condensed } from './variants.ts';

export type Ending = RunState | 'detached';

const pollEvery = 400;
/** A run that reuses everything is over before it is worth looking at. Milliseconds. */
const firstLook = 400;
/** Silence of Temporal, in milliseconds, of which a person is told. */
const silenceTold = 5_000;

/** Where the view learns of a run. */
export interface RunSource {
  /** How it stands now; throws WorkflowNotFoundError for a run that Temporal does not know (any more). */
  look: () => Promise<Snapshot>;
  /** Resolves with its last state when it has closed; undefined where nobody says so, or when the signal is aborted. */
  end: (stop: AbortSignal) => Promise<RunState | undefined>;
  /** What it left on disk. */
  record: () => Promise<RunState | undefined>;
  /** Milliseconds between two looks; 400 by default. */
  pollMs?: number;
}

/** Shows a run until it closes, or until Ctrl-C, which leaves it running. */
export async function follow({ look, end, record, pollMs = pollEvery }: RunSource): Promise<Ending> {
  // Loaded only for a terminal: what it needs takes as long to load as a small command takes.
  const screen = process.stdout.isTTY === true ? new (await import('./live-screen.ts')).LiveScreen() : undefined;
  const printed = new Map<string, string>();
  let detached = false;
  let answeredAt = Date.now();
  let silenceIsTold = false;
  let last: Snapshot | undefined;
  let wake = () => {};
  const interrupt = () => {
    detached = true;
    wake();
  };
  // The end is waited for as well as polled for: nobody should wait on for what is over.
  const over = new AbortController();
  let ending: RunState | undefined;
  let wasWoken = false;
  const ended = (state?: RunState) => {
    ending = state;
    wasWoken = true;
    wake();
  };
  void end(over.signal).then(ended, () => ended());
  const sleep = async (ms: number) => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wasWoken = false;
  };
  // Not `once`: with `once`, the cursor restorer finds no SIGINT listener and ends the process.
  process.on('SIGINT', interrupt);
  try {
    await sleep(firstLook);
    for (;;) {
      const seen = ending ? endedAs(ending) : await look().catch(notFoundOrNothing);
      if (seen instanceof WorkflowNotFoundError) {
        const left = await record();
        if (left) return left;
        throw seen;
      }
      if (seen) answeredAt = Date.now();
      const silence = Date.now() - answeredAt;
      if (silence > silenceTold && !screen && !silenceIsTold) process.stdout.write(`${silenceLine(silence)}\n`);
      silenceIsTold = silence > silenceTold;
      if (seen?.state) last = seen;
      const attention = attentionLines(seen);
      if (screen && (last || attention.length > 0))
        screen.draw([...(last ? lines(last) : []), ...attention, ...(silenceIsTold ? [silenceLine(silence)] : [])]);
      else if (!screen && seen) printChanges(seen, printed);
      if (seen?.closed && seen.state) return seen.state;
      if (seen?.closed && !seen.state) {
        // No worker answers for it any more; the record it left does.
        const left = await record();
        if (left) return left;
      }
      if (detached) return 'detached';
      // The run may have ended during `look`: look once more at once. If it has not ended, keep polling.
      if (wasWoken) {
        wasWoken = false;
        continue;
      }
      await sleep(pollMs);
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
    over.abort();
    screen?.close();
  }
}

/** What the workflow itself has said at its end. */
const endedAs = (state: RunState): Snapshot => ({
  state,
  pending: {},
  children: {},
  closed: true,
  status: 'COMPLETED',
});

/** A server that restarts says nothing; the run goes on. */
const notFoundOrNothing = (error: unknown) => (error instanceof WorkflowNotFoundError ? error : undefined);

const silenceLine = (silence: number) =>
  `Temporal has not answered for ${duration(silence)}; the run goes on when it is back (\`npx temper status\` tells how it is)`;

function lines(seen: Snapshot): string[] {
  const { state, pending } = seen;
  const shown = condensed(stepsShown(state!, seen));
  const width = widthOf(shown);
  const steps = [
    ...pinLines(pending.pin, Date.now(), width),
    ...shown.map((each) =>
      'step' in each ? stepLine(each.label, each.step, each.pending, Date.now(), width) : countLine(each, width),
    ),
  ];
  return [...steps, ...(state!.status === 'paused' ? [pausedLine(state!.runId)] : []), ...waitingLines(state!, seen)];
}

const pausedLine = (runId: string) => `paused; go on with \`npx temper resume ${runId}\``;

/** One plain line for each change: for files and pipes. */
function printChanges(seen: Snapshot, printed: Map<string, string>): void {
  if (seen.state) printSteps(seen, printed);
  // The times of a wait change at each look; only another cause is news.
  const causes = waitsNeedingAttention(seen).map(({ step = '', wait }) => `${step} ${causeOf(wait)}`);
  if (causes.length > 0 && printed.get(' attention') !== causes.join())
    process.stdout.write(`${attentionLines(seen).join('\n')}\n\n`);
  printed.set(' attention', causes.join());
}

const causeOf = (wait: Wait) => (wait.code === 'trying' ? wait.facts.error : wait.code);

function printSteps(seen: Snapshot, printed: Map<string, string>): void {
  const { state, pending } = seen;
  const shown = stepsShown(state!, seen);
  const width = widthOf(shown);
  const reason = pinNews(pending.pin);
  if (reason && printed.get(' pin') !== reason) {
    printed.set(' pin', reason);
    for (const line of pinLines(pending.pin, Date.now(), width)) process.stdout.write(`${line}\n`);
  }
  if (printed.get('') !== state!.status) {
    if (state!.status === 'paused') process.stdout.write(`${pausedLine(state!.runId)}\n`);
    printed.set('', state!.status);
  }
  for (const { label, step, pending } of shown) {
    const waits = pending?.waitsFor;
    // A free worker is a matter of a moment.
    const waiting =
      waits && waits.code !== 'worker' ? (needsAttention(waits) ? causeOf(waits) : JSON.stringify(waits)) : undefined;
    const mark =
      waiting ??
      (step.state === 'running' ? `running ${pending?.attempt ?? ''} ${milestone(pending?.progress)}` : step.state);
    if ((step.state === 'waiting' && !waiting) || printed.get(label) === mark) continue;
    printed.set(label, mark);
    if (step.state === 'running' && !pending && step.run === undefined) continue;
    process.stdout.write(`${stepLine(label, step, pending, Date.now(), width)}\n`);
  }
  const asking = waitingIn(state!, seen).map(({ label, waitsFor }) => `${label} ${waitsFor.about}`);
  if (asking.length > 0 && printed.get(' waits') !== asking.join('\n'))
    process.stdout.write(`${waitingLines(state!, seen).join('\n')}\n\n`);
  printed.set(' waits', asking.join('\n'));
}

/** Changes when a log should tell anew what a run does before its first step. Most phases last a moment each. */
export function pinNews(pin: Pending | undefined): string | undefined {
  const { phase, fraction = 0 } = pin?.progress ?? {};
  if (pin?.lastFailure) return pin.lastFailure;
  if (phase?.code === 'dequantizing') return `${phase.facts.base} ${Math.floor(4 * fraction)}`;
  return phase?.code === 'making_shell' ? phase.facts.base : undefined;
}

/** In a log a training is told in tenths. */
function milestone(progress: Progress | undefined): string {
  if (!progress) return '';
  if (progress.step === undefined || !progress.max_steps)
    return progress.fraction === undefined ? progressText(progress) : String(Math.floor(progress.fraction * 4));
  return String(Math.floor((10 * progress.step) / progress.max_steps));
}
