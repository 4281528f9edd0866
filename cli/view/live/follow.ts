import { WorkflowNotFoundError } from '@temporalio/client';
import type { Plan } from '../../../core/run/plan.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import type { DeviceHolder } from '../../../services/machine/device-holders.ts';
import type { Snapshot } from '../../../services/runs/snapshot.ts';
import { isLiveTerminal } from './is-live-terminal.ts';
import { LogView } from './log-view.ts';
import type { View } from './view.ts';

export type Ending = RunState | 'detached';

const pollEvery = 400;
/** A run that reuses everything is over before it is worth looking at. Milliseconds. */
const firstLook = 400;
/** Silence of Temporal, in milliseconds, of which a person is told. */
const silenceTold = 5_000;
/** How often what is shown gets its times anew while Temporal takes long to answer. */
const tickEvery = 1_000;

/** Where the view learns of a run. */
export interface RunSource {
  /** How it stands now; throws WorkflowNotFoundError for a run that Temporal does not know (any more). */
  look: () => Promise<Snapshot>;
  /** Resolves with its last state when it has closed; undefined where nobody says so, or when the signal is aborted. */
  end: (stop: AbortSignal) => Promise<RunState | undefined>;
  /** What it left on disk. */
  record: () => Promise<RunState | undefined>;
  /** What its steps need, where that is known. */
  plan?: () => Promise<Pick<Plan, 'steps'> | undefined>;
  /** Who has the devices now. */
  holders?: () => Promise<readonly DeviceHolder[]>;
  /** Milliseconds between two looks; 400 by default. */
  pollMs?: number;
}

/** Shows a run until it closes, or until Ctrl-C, which leaves it running. */
export async function follow(source: RunSource): Promise<Ending> {
  const { look, end, record, pollMs = pollEvery } = source;
  const isLive = isLiveTerminal(process.stdout);
  const view = isLive ? await terminalView(source) : new LogView();
  const holders = async () => (isLive ? ((await source.holders?.()) ?? []) : []);
  let detached = false;
  let answeredAt = Date.now();
  let wake = () => {};
  const interrupt = () => {
    detached = true;
    wake();
  };
  // Ctrl-C does not wait for an answer. A promise for each look: many races with one would pile up in it.
  const lookOrLeave = () =>
    new Promise<Snapshot | WorkflowNotFoundError | undefined>((resolve) => {
      wake = () => detached && resolve(undefined);
      void look().catch(notFoundOrNothing).then(resolve);
    });
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
  let shownHolders: readonly DeviceHolder[] = [];
  const show = (seen: Snapshot | undefined) => {
    const now = Date.now();
    if (seen) {
      answeredAt = now;
      view.answered();
    } else if (now - answeredAt > silenceTold) view.silent(now - answeredAt);
    view.show(seen, now, shownHolders);
  };
  const ticker = setInterval(() => show(undefined), tickEvery);
  const leave = (state: RunState) => {
    view.end(state);
    return state;
  };
  // Not `once`: with `once`, the cursor restorer finds no SIGINT listener and ends the process.
  process.on('SIGINT', interrupt);
  try {
    await sleep(firstLook);
    for (;;) {
      const seen = ending ? endedAs(ending) : await lookOrLeave();
      if (seen instanceof WorkflowNotFoundError) {
        const left = await record();
        if (left) return leave(left);
        throw seen;
      }
      shownHolders = await holders();
      show(seen);
      if (seen?.closed && seen.state) return seen.state;
      if (seen?.closed && !seen.state) {
        // No worker answers for it any more; the record it left does.
        const left = await record();
        if (left) return leave(left);
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
    clearInterval(ticker);
    over.abort();
    view.close();
  }
}

/** Loaded only for a terminal: what it needs takes as long to load as a small command takes. */
async function terminalView({ plan }: RunSource): Promise<View> {
  const [{ TerminalView }, known] = await Promise.all([import('./terminal-view.ts'), plan?.().catch(() => undefined)]);
  return new TerminalView(known);
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
