import color from 'picocolors';
import { openHome } from '../services/home.ts';
import { type LookedUp, lookUp } from './look-up.ts';
import { duration } from './render.ts';
import { knownRuns, readRecord } from './runs.ts';
import { openSession } from './session.ts';
import { waitingIn } from './steps-shown.ts';
import { UserError } from './user-error.ts';

interface Row {
  run: string;
  status: string;
  started?: number;
  ended?: number;
  note: string;
}

export async function ps(options: { limit: string; json?: boolean }): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError(`--limit must be a whole number, got "${options.limit}"`);
  const home = openHome();
  const runs = (await knownRuns(home.runs)).slice(0, limit);
  const session = await openSession({ start: false }).catch(() => undefined);
  const rows = await Promise.all(
    runs.map(async (run) => {
      const record = await readRecord(home.runs, run);
      return rowOf(run, record ? { state: record, seen: undefined } : await lookUp(home.runs, session, run));
    }),
  );
  await session?.close();
  if (options.json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return 0;
  }
  if (rows.length === 0) process.stdout.write('There are no runs yet. Start one with `npx temper run FILE`.\n');
  const width = Math.max(3, ...rows.map((row) => row.run.length));
  for (const row of rows) {
    const took = row.started ? duration((row.ended ?? Date.now()) - row.started) : '';
    process.stdout.write(
      `${row.run.padEnd(width)}  ${paint(row.status)(row.status.padEnd(10))}  ${took.padStart(8)}  ${row.note}\n`,
    );
  }
  if (!session && rows.some((row) => row.status === 'unknown'))
    process.stdout.write(color.dim('Temporal is not up, so open runs are not told: npx temper up\n'));
  return 0;
}

const paint = (status: string) =>
  ({
    succeeded: color.green,
    failed: color.red,
    cancelled: color.yellow,
    terminated: color.yellow,
    running: color.cyan,
  })[status] ?? color.dim;

function rowOf(run: string, { state, seen }: LookedUp): Row {
  if (!state) return { run, status: 'unknown', note: '' };
  const steps = Object.entries(state.steps);
  const failed = steps.filter(([, step]) => step.state === 'failed').map(([id]) => id);
  const running = steps.filter(([, step]) => step.state === 'running').map(([id]) => id);
  const [waiting] = waitingIn(state, seen);
  const note = waiting
    ? `${waiting.label} waits for you: ${waiting.waitsFor.type[0]}`
    : failed.length > 0
      ? `${failed.join(', ')} failed`
      : running.length > 0
        ? `in ${running.join(', ')}`
        : (steps.find(([, step]) => step.uses === 'evaluate')?.[1].summary ?? '');
  return {
    run,
    status: state.status,
    started: state.startedAt,
    ...(state.endedAt ? { ended: state.endedAt } : {}),
    note,
  };
}
