import color from 'picocolors';
import type { Plan } from '../../../core/run/plan.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import { holderWords } from '../../../core/words/waits.ts';
import type { DeviceHolder } from '../../../services/machine/device-holders.ts';
import { localTimeToSecond } from '../../../services/machine/local-time.ts';
import type { Snapshot } from '../../../services/runs/snapshot.ts';
import { attentionLines } from '../attention.ts';
import { isPinShown } from '../render.ts';
import { waitingLines } from '../steps-shown.ts';
import { duration } from '../text/duration.ts';
import { frameOf, type Scene } from './frame.ts';
import { newsBetween } from './news.ts';
import { LiveScreen } from './screen.ts';
import { type Branch, treeOf } from './tree.ts';
import { pausedLine, silenceLine, type View } from './view.ts';

/** The one live picture of a run, at the end of a terminal; warnings stay above it. */
export class TerminalView implements View {
  readonly #screen: LiveScreen;
  readonly #plan: Pick<Plan, 'steps'> | undefined;
  #seen: Snapshot | undefined;
  /** The newest state that a worker has told. */
  #state: RunState | undefined;
  #holders: readonly DeviceHolder[] = [];
  #silence = 0;
  #isOver = false;

  /** `plan`: says what needs what; without one the tree knows only variants and inner pipelines. */
  constructor(plan: Pick<Plan, 'steps'> | undefined, screen = new LiveScreen()) {
    this.#plan = plan;
    this.#screen = screen;
  }

  show(seen: Snapshot | undefined, now: number, holders: readonly DeviceHolder[]): void {
    if (seen) {
      const news = newsBetween(this.#seen, seen, now);
      if (news.length > 0) this.#screen.print(news);
      this.#seen = seen;
      this.#state = seen.state ?? this.#state;
    }
    this.#holders = holders;
    this.#draw(now);
    if (seen?.closed && seen.state) this.end(seen.state);
  }

  silent(ms: number): void {
    this.#silence = ms;
  }

  answered(): void {
    if (this.#silence > 0) {
      const text = `Temporal did not answer for ${duration(this.#silence)}`;
      this.#screen.print([`${localTimeToSecond(Date.now())} ${text}`]);
    }
    this.#silence = 0;
  }

  end(state: RunState): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const now = state.endedAt ?? Date.now();
    const tree = treeOf(state, undefined, this.#plan);
    this.#screen.finish((size) => frameOf({ tree, below: [], now }, size));
  }

  close(): void {
    if (!this.#isOver) this.#screen.close();
  }

  #draw(now: number): void {
    const scene = this.#scene(now);
    this.#screen.draw((size) => frameOf(scene, size));
  }

  #scene(now: number): Scene {
    const [seen, state] = [this.#seen, this.#state];
    const pin = pinBranch(seen);
    const steps = state ? treeOf(state, seen, this.#plan) : [];
    const below = [
      ...(state?.status === 'paused' ? [pausedLine(state.runId)] : []),
      ...(state ? waitingLines(state, seen) : []),
      ...attentionLines(seen),
      ...(seen && waitsForDevice(seen) ? [] : deviceLines(state, this.#holders, now)),
      ...(this.#silence > 0 ? [silenceLine(this.#silence)] : []),
    ];
    const isBlank = !state && !pin && below.length === 0;
    return { tree: pin ? [pin, ...steps] : steps, below: isBlank ? [color.dim('starting')] : below, now };
  }
}

/** What a run does before its first step: `pin` is no step of the document. */
function pinBranch(seen: Snapshot | undefined): Branch | undefined {
  const pending = seen?.pending.pin;
  if (!isPinShown(pending)) return undefined;
  return { depth: 0, label: 'pin', steps: [{ uses: 'run', state: 'running' }], pending };
}

/** Such a step says itself who has it. */
const waitsForDevice = ({ pending, children }: Snapshot): boolean =>
  Object.values(pending).some(({ waitsFor }) => waitsFor?.code === 'device') ||
  Object.values(children).some(waitsForDevice);

function deviceLines(state: RunState | undefined, holders: readonly DeviceHolder[], now: number): string[] {
  return holders.map(({ run, ...holder }) => {
    const own = run === state?.runId ? holder : { run, ...holder };
    const where = holders.length > 1 ? ` on ${holder.host}` : '';
    return color.dim(`device: ${holderWords(own, now, duration)}${where}`);
  });
}
