import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CurveEvent } from '../../core/report/curves.ts';
import type { StepState } from '../../core/run/run-state.ts';
import { trainerEvent } from '../../protocol/trainer/events.ts';
import { whereMade } from './where-made.ts';

/**
 * Reads what a training told, from the log of its step. A reused step has none of its own: then it is that of the run which
 * trained. `none`: it has told nothing yet, or the log is gone.
 */
export async function readTraining(
  runs: string,
  runId: string,
  id: string,
  step: StepState,
): Promise<{ run: string; events: CurveEvent[] } | 'none'> {
  const made = whereMade(step, { run: runId, step: id });
  const events = await eventsIn(join(runs, made.run, 'steps', made.step, 'log.txt')).catch(() => []);
  return events.length > 0 ? { run: made.run, events } : 'none';
}

/** A log of weeks may be large, so it is read line by line. Other lines of a log are for people. */
async function eventsIn(file: string): Promise<CurveEvent[]> {
  const events: CurveEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    const event = line.startsWith('{"event":') ? eventOf(line) : undefined;
    if (event) events.push(event);
  }
  return events;
}

function eventOf(line: string): CurveEvent | undefined {
  try {
    const { data } = trainerEvent.safeParse(JSON.parse(line));
    if (!data) return undefined;
    const { event } = data;
    return event === 'started' ||
      event === 'progress' ||
      event === 'evaluated' ||
      event === 'checkpoint' ||
      event === 'interrupted'
      ? data
      : undefined;
  } catch {
    return undefined; // cut by a crash
  }
}
