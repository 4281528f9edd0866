import color from 'picocolors';
import { rootRunId } from '../../core/run/run-id.ts';
import type { RunState, StepState, WaitsFor } from '../../core/run/run-state.ts';
import type { Pending, Snapshot } from '../../services/runs/snapshot.ts';
import { warned } from './text/colours.ts';
import { duration } from './text/duration.ts';

/** A step as a person sees it; those of a pipeline that runs as a step stand below it as `STEP.THEIRS`. */
export interface StepShown {
  label: string;
  step: StepState;
  pending: Pending | undefined;
}

export function stepsShown(state: RunState, seen: Snapshot | undefined, prefix = ''): StepShown[] {
  return Object.entries(state.steps).flatMap(([id, step]) => {
    const inner = seen?.children[id];
    const own = { label: prefix + id, step, pending: seen?.pending[id] };
    return [own, ...(inner?.state ? stepsShown(inner.state, inner, `${prefix}${id}.`) : [])];
  });
}

export const widthOf = (steps: readonly { label: string }[]) => Math.max(4, ...steps.map(({ label }) => label.length));

/** A step that waits for a person. */
export interface Waiting {
  /** The run that it is a step of: the whole, or a pipeline within it. */
  runId: string;
  id: string;
  /** As `--step` names it, from the run that a person has started. */
  label: string;
  waitsFor: WaitsFor;
}

/** The steps of a run, and of the pipelines within it, that wait for a person. */
export function waitingIn(state: RunState, seen: Snapshot | undefined): Waiting[] {
  return Object.entries(state.steps).flatMap(([id, step]) => {
    const { runId } = state;
    const label = `${runId}.${id}`.slice(rootRunId(runId).length + 1);
    const inner = seen?.children[id];
    const own = step.waitsFor ? [{ runId, id, label, waitsFor: step.waitsFor }] : [];
    return [...own, ...(inner?.state ? waitingIn(inner.state, inner) : [])];
  });
}

/** What each of them waits for, and what to type. */
export function waitingLines(state: RunState, seen: Snapshot | undefined): string[] {
  return waitingIn(state, seen).flatMap(({ label, waitsFor }) => {
    const { about, verdicts = [], type, until, silence } = waitsFor;
    const left = until === undefined ? undefined : duration(Math.max(0, until - Date.now()));
    return [
      '',
      `${warned(`${label} waits for you:`)} ${about}`,
      ...verdicts.map((verdict) => `  ${verdict}`),
      ...type.map((command) => `  ${color.bold(command)}`),
      ...(left === undefined ? [] : [color.dim(`  after ${left} of silence: ${silence}`)]),
    ];
  });
}
