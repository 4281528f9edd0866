import color from 'picocolors';
import { openHome } from '../../services/machine/home.ts';
import { printJson } from '../json/print-json.ts';
import { listRuns } from '../runs/list-runs.ts';
import { readFilter } from '../runs/run-filter.ts';
import { openSessionIfUp } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { deviceQueueLines } from '../view/device-queue.ts';
import { warned } from '../view/text/colours.ts';
import { duration } from '../view/text/duration.ts';

interface PsOptions {
  limit: string;
  pipeline?: string;
  status?: string;
  since?: string;
  json?: boolean;
}

export async function ps(options: PsOptions): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError(`--limit must be a whole number, got "${options.limit}"`);
  const filter = readFilter(options, Date.now());
  const home = openHome();
  const session = await openSessionIfUp();
  const { rows, queue } = await listRuns(home, session, limit, filter);
  await session?.close();
  if (options.json) {
    printJson('ps', rows);
    return 0;
  }
  if (rows.length === 0)
    process.stdout.write(
      Object.keys(filter).length > 0
        ? 'No run fits\n'
        : `There are no runs yet in the home ${home.root}. Start one with \`npx temper run FILE\`.\n`,
    );
  const width = Math.max(3, ...rows.map((row) => row.run.length));
  for (const row of rows) {
    const took = row.started ? duration((row.ended ?? Date.now()) - row.started) : '';
    const by = row.schedule ? color.dim(`  [schedule ${row.schedule}]`) : '';
    process.stdout.write(
      `${row.run.padEnd(width)}  ${paint(row.status)(row.status.padEnd(10))}  ${took.padStart(8)}  ${row.note}${by}\n`,
    );
  }
  for (const line of deviceQueueLines(queue, Date.now())) process.stdout.write(`${line}\n`);
  if (!session && rows.some((row) => row.status === 'unknown'))
    process.stdout.write(color.dim('Temporal is not up, so open runs are not told: npx temper up\n'));
  return 0;
}

const paint = (status: string) =>
  ({
    succeeded: color.green,
    failed: color.red,
    cancelled: warned,
    terminated: warned,
    running: color.bold,
  })[status] ?? color.dim;
