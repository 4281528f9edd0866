import type { Client } from '@temporalio/client';
import { runIdOf } from '../../core/run/run-id.ts';
import { plural } from '../../core/words/plural.ts';
import { waitRemedy, waitWords } from '../../core/words/waits.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import { type Home, queues } from '../machine/home.ts';
import { elapsed } from '../machine/report.ts';
import { snapshot, waitsNeedingAttention } from '../runs/snapshot.ts';
import { openWorkflows } from '../temporal/open-workflows.ts';
import { Schedules } from '../temporal/schedules/schedule-client.ts';
import type { MachineCheck } from './check.ts';

/** More than a screen of runs that wait for one thing helps nobody. */
const maxRuns = 50;

/** Open runs that wait for something that does not come by itself, and people. */
export async function openRuns(client: Client, home: Home): Promise<MachineCheck[]> {
  const runs = (await openWorkflows(client, home, runPipelineType)).map(runIdOf).slice(0, maxRuns);
  const found = await Promise.all(
    runs.map(async (run): Promise<MachineCheck[]> => {
      const seen = await snapshot(client, home, run).catch(() => undefined);
      const [first] = seen ? waitsNeedingAttention({ ...seen, children: {} }) : [];
      if (first) {
        const where = first.step === undefined ? run : `${run}/${first.step}`;
        const remedy = waitRemedy(first.wait);
        const detail = `${where}: ${waitWords(first.wait, Date.now(), elapsed)}`;
        return [{ name: 'run that waits', ok: false, detail, ...(remedy === undefined ? {} : { remedy }) }];
      }
      const asking = Object.entries(seen?.state?.steps ?? {}).find(([, { waitsFor }]) => waitsFor);
      if (!asking) return [];
      const [step, { waitsFor }] = asking;
      return [{ name: 'run that waits', ok: true, detail: `${run}/${step} waits for a person: ${waitsFor!.type[0]}` }];
    }),
  );
  const waiting = found.flat();
  if (waiting.length > 0) return waiting;
  return [
    {
      name: 'open runs',
      ok: true,
      detail: runs.length === 0 ? 'none' : `${plural(runs.length, 'run')}, none waits in vain`,
    },
  ];
}

/** A schedule that is paused fires nothing, on purpose or after failures. */
export async function schedules(client: Client, home: Home): Promise<MachineCheck[]> {
  const all = new Schedules(client, { home: home.id, orchestrator: queues(home).orchestrator });
  const found = await Promise.all((await all.ids()).map((id) => all.find(id)));
  return found.flatMap((each) =>
    each?.paused
      ? [
          {
            name: 'schedule',
            ok: true,
            detail: `${each.schedule.id} is paused${each.note ? ` (${each.note})` : ''}: \`npx temper schedule resume ${each.schedule.id}\``,
          },
        ]
      : [],
  );
}
