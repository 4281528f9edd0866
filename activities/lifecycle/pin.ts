import { mkdir, rm } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { patience } from '../../core/errors/catalogue.ts';
import { isActivityKind } from '../../core/kinds/registry.ts';
import { expandPlan } from '../../core/run/expand-matrix.ts';
import { phaseWords } from '../../core/words/phases.ts';
import type { PinInput, PinResult } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { type Deps, runFolder } from '../engine/deps.ts';
import { keepBeating } from '../engine/heartbeat.ts';
import { noteReused } from '../engine/reuse/find-reusable.ts';
import { applicationFailure, asTemperError } from '../engine/step-failure.ts';
import { StepLog } from '../engine/step-log.ts';
import { askEndpoints } from './ask-endpoints.ts';
import { checkPlan } from './check-plan.ts';
import { type Decided, decideReuse, nothingDecided } from './decide-reuse.ts';
import { resolvePins } from './resolve-pins.ts';

/** How long a run that has not begun waits for a Hub or an Ollama, in milliseconds. A person may be watching, and nothing is lost yet. */
const patienceMs = 30 * 60_000;
const maxAttempts = 5;

/**
 * The first activity of a run, on the host that reads the files. It resolves everything that the document names to digests
 * and commits, records them, and decides for the whole plan which steps can be reused.
 */
export const pin =
  (deps: Deps) =>
  async (input: PinInput): Promise<PinResult> => {
    const context = Context.current();
    let latest: Progress = { phase: { code: 'pinning', facts: {} } };
    const heart = keepBeating((): Progress => ({ ...latest, text: phaseWords(latest.phase) }));
    const log = new StepLog(`${runFolder(deps, input.runId)}/pin.log`);
    try {
      const folder = runFolder(deps, input.runId);
      await mkdir(folder, { recursive: true });
      // `run.json` is the record of a closed run; a resumed run is open again.
      await rm(`${folder}/run.json`, { force: true });
      await Promise.all([
        writeDurably(`${folder}/plan.json`, `${JSON.stringify(input.plan, null, 1)}\n`),
        writeDurably(`${folder}/input.json`, `${JSON.stringify({ reuse: input.reuse, rerun: input.rerun })}\n`),
      ]);
      const trainer = { deps, folder, logFile: `${folder}/pin.log`, signal: context.cancellationSignal };
      // A base of many gigabytes is hashed for its pin; what its files show without that is told first.
      if (!input.pins) await checkPlan(input.plan, {});
      if (!input.pins) await askEndpoints(deps, input.plan, context.cancellationSignal);
      const progress = (change: Progress) => {
        latest = change;
        heart.beat();
      };
      const pins = input.pins ?? (await resolvePins(deps, input.plan, { ...trainer, progress }));
      if (!input.pins && Object.keys(pins.bases).length > 0) await checkPlan(input.plan, pins.bases);
      if (!input.pins)
        for (const hooks of Object.values(deps.hooks))
          Object.assign(
            pins,
            await hooks.preflight?.({ ...trainer, progress, log: (line) => log.write(line) }, input.plan, pins),
          );
      await writeDurably(`${folder}/pins.json`, `${JSON.stringify(pins, null, 1)}\n`);
      const decided = input.reuse ? await decideReuse(deps, input, pins) : nothingDecided;
      await noteAllReused(deps, input, decided);
      if (!input.pins) await checkPlan(input.plan, pins.bases, whatRuns(decided));
      return { pins, reused: decided.reused, because: decided.because };
    } catch (error) {
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      const failure = asTemperError(error);
      const patient = patience[failure.code];
      const waited = Date.now() - context.info.scheduledTimestampMs;
      // A full disk is waited for without a limit here too; a server that is away, for less time than in a step.
      const limitMs = patient !== undefined && Number.isFinite(patient) ? patienceMs : patient;
      const spent = limitMs === undefined ? context.info.attempt >= maxAttempts : waited >= limitMs;
      throw applicationFailure(failure, spent);
    } finally {
      heart.end();
      await log.close();
    }
  };

/** Whether each step that could be decided is reused. */
const whatRuns = ({ reused, because }: Decided): ReadonlyMap<string, boolean> =>
  new Map([
    ...Object.keys(because).map((id) => [id, false] as const),
    ...Object.keys(reused).map((id) => [id, true] as const),
  ]);

async function noteAllReused(deps: Deps, { runId, plan }: PinInput, { reused, keyed }: Decided): Promise<void> {
  await Promise.all(
    expandPlan(plan).map(async ({ id, uses }) => {
      const hit = reused[id];
      if (hit && isActivityKind(uses))
        await noteReused(deps, { runId, pipeline: plan.pipeline, step: id, uses }, hit, keyed[id] ?? {});
    }),
  );
}
