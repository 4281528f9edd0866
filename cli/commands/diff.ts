import { differenceOf, type RunFacts } from '../../core/comparison/run-difference.ts';
import { type Home, openHome } from '../../services/machine/home.ts';
import { readComparedFacts } from '../../services/runs/compared-facts.ts';
import { printJson } from '../json/print-json.ts';
import { resolveRun } from '../runs/resolve-run.ts';
import { stateOf } from '../runs/resolve-state.ts';
import { openSessionIfUp, type Session } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { differenceLines } from '../view/difference-lines.ts';

const usualColumns = 100;

/** Shows what differs between two runs, and what has come of it. */
export async function diff(before: string, after: string, options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const session = await openSessionIfUp();
  try {
    const one = await factsOf(home, session, before);
    const other = await factsOf(home, session, after);
    if (one.state.runId === other.state.runId)
      throw new UserError(`both are ${one.state.runId}`, { hint: '`npx temper ps` lists the runs' });
    const difference = differenceOf(one, other);
    if (options.json) printJson('diff', difference);
    else process.stdout.write(`${differenceLines(difference, process.stdout.columns || usualColumns).join('\n')}\n`);
    return 0;
  } finally {
    await session?.close();
  }
}

async function factsOf(home: Home, session: Session | undefined, given: string): Promise<RunFacts> {
  const runId = await resolveRun(home.runs, given, session);
  return await readComparedFacts(home, await stateOf(home, session, runId));
}
