import color from 'picocolors';
import { isHandle, shortDigest } from '../../core/handles.ts';
import type { Outputs, RunState } from '../../core/run/run-state.ts';
import { isNews, reasonWords } from '../../core/words/reasons.ts';
import { openHome } from '../../services/machine/home.ts';
import type { Snapshot } from '../../services/runs/snapshot.ts';
import { printJson } from '../json/print-json.ts';
import { unchangedRun } from '../runs/known-runs.ts';
import { lookUp } from '../runs/look-up.ts';
import { resolveRun } from '../runs/resolve-run.ts';
import { unknownState } from '../runs/resolve-state.ts';
import { openSessionIfUp, runLink } from '../runs/session.ts';
import { attemptLines, ledgers } from '../view/attempt-lines.ts';
import { attentionData, attentionLines, untoldLine } from '../view/attention.ts';
import { comparison } from '../view/comparison.ts';
import { failureLines } from '../view/failure-lines.ts';
import { notificationLines, notificationOf } from '../view/notification.ts';
import { droppedLines, endLine, madeAgainLines, pinLines, stepLine } from '../view/render.ts';
import { stepsShown, waitingLines, widthOf } from '../view/steps-shown.ts';
import { warned } from '../view/text/colours.ts';
import { trackingLines } from '../view/tracking-lines.ts';

/** Shows a run with its steps, attempts, failures and verdict. */
export async function show(text: string, options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const session = await openSessionIfUp();
  try {
    const runId = await resolveRun(home.runs, text, session);
    const { state, seen } = await lookUp(home.runs, session, runId);
    if (!state && seen) {
      const lines = [untoldLine(runId, seen), ...attentionLines(seen)];
      if (options.json) printJson('show', { runId, status: seen.status.toLowerCase(), waits: attentionData(seen) });
      else process.stdout.write(`${lines.join('\n')}\n`);
      return 0;
    }
    if (!state) throw unknownState(runId);
    const attempts = await ledgers(home.runs, runId, state);
    const notification = await notificationOf(home.runs, state);
    if (options.json) {
      const unchanged = unchangedRun(state);
      const waits = attentionData(seen);
      const more = {
        ...(waits.length > 0 ? { waits } : {}),
        ...(unchanged ? { unchangedSince: unchanged } : {}),
        ...(notification ? { notification } : {}),
      };
      printJson('show', { ...state, steps: withTexts(state.steps), attempts, ...more });
      return 0;
    }
    const link = session && seen ? runLink(session, runId) : undefined;
    const lines = [
      endLine(state),
      ...(link ? [color.dim(link)] : []),
      '',
      ...stepLines(state, seen),
      ...outputLines(state),
      ...waitingLines(state, seen),
      ...attentionLines(seen),
      ...droppedLines(state),
      ...attemptLines(attempts),
      ...trackingLines(attempts),
      ...(await failureLines(home.runs, state)),
      ...notificationLines(notification),
      ...(await comparison(home, state)),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    await session?.close();
  }
}

/** Adds to each reason, which is data, its text. */
const withTexts = (steps: RunState['steps']) =>
  Object.fromEntries(
    Object.entries(steps).map(([id, step]) => [id, step.because ? { ...step, why: reasonWords(step.because) } : step]),
  );

function stepLines(state: RunState, seen: Snapshot | undefined): string[] {
  const all = stepsShown(state, seen);
  const width = widthOf(all);
  const steps = all.flatMap(({ label, step, pending }) => {
    const made = outputTexts(step.outputs, step.summary);
    const { because, ...rest } = step;
    return [
      stepLine(label, rest, pending, Date.now(), width),
      ...(because === undefined || !isNews(because)
        ? []
        : [color.dim(`${' '.repeat(width + 13)}why: ${reasonWords(because)}`)]),
      ...(made.length > 0 ? [color.dim(`${' '.repeat(width + 13)}${made.join('  ')}`)] : []),
      ...madeAgainLines(step).map((line) => warned(`${' '.repeat(width + 13)}${line}`)),
    ];
  });
  return [...pinLines(seen?.pending.pin, Date.now(), width), ...steps];
}

/** As a person reads them; `--json` has every digit. An empty text says nothing, and one that is the summary nothing new. */
const outputTexts = (outputs: Outputs = {}, summary?: string): string[] =>
  Object.entries(outputs).flatMap(([name, value]) =>
    value === '' || value === summary ? [] : [`${name} ${valueText(value)}`],
  );

function valueText(value: Outputs[string]): string {
  if (isHandle(value)) return shortDigest(value.digest);
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  if (typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)) return shortDigest(value);
  return JSON.stringify(value);
}

/** The outputs that the document declares. */
const outputLines = ({ outputs }: RunState): string[] =>
  outputs ? ['', color.dim(`outputs  ${outputTexts(outputs).join('  ')}`)] : [];
