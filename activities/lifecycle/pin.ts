import { mkdir, readFile, rm } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { type ErrorCode, patience } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { isLocalBase, markedValues } from '../../core/kinds/option-marks.ts';
import { isActivityKind } from '../../core/kinds/registry.ts';
import { resolveStep } from '../../core/kinds/resolve-options.ts';
import { evaluate, fillOptions } from '../../core/language/expression/evaluate.ts';
import { hasExpression, parseExpression } from '../../core/language/expression/parse.ts';
import type { Reason } from '../../core/reasons.ts';
import { expandPlan, expandWithin, instancesOf, stepOf } from '../../core/run/expand-matrix.ts';
import { type Plan, planVersion } from '../../core/run/plan.ts';
import { withDependents } from '../../core/run/run-graph.ts';
import { scopeOf } from '../../core/run/run-scope.ts';
import type { PinInput, PinResult, Pins, StepResult } from '../../protocol/activities.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { fullModelName } from '../../services/ollama/model-name.ts';
import { resolveModel } from '../../services/ollama/server.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { type Deps, runFolder } from '../engine/deps.ts';
import { depsOfRun } from '../engine/environment.ts';
import { keepBeating } from '../engine/heartbeat.ts';
import { digests, stepKey } from '../engine/key.ts';
import type { Keyed } from '../engine/keyed.ts';
import { findReusable, noteReused } from '../engine/reuse.ts';
import { whyItRuns } from '../engine/reuse-reasons.ts';
import { applicationFailure, asTemperError } from '../engine/step-failure.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';
import { resolveAdapter } from '../train/continue-from.ts';

/** Characters of JSON that tell what is reused: it must fit into a payload of 2 MB. The rest is asked when its turn comes. */
const mostTold = 1_200_000;

/** How long a run waits for a Hub or an Ollama before it has begun. A person may be watching, and nothing is lost yet. */
const patienceMs = 30 * 60_000;

/**
 * A run's first activity, on the host that reads the files: what the document names is read to digests and commits,
 * recorded, and for the whole plan it is decided which steps an earlier run has done already.
 */
export const pin =
  (deps: Deps) =>
  async (input: PinInput): Promise<PinResult> => {
    const context = Context.current();
    const heart = keepBeating();
    try {
      refuseOtherVersion(input.plan);
      const folder = runFolder(deps, input.runId);
      await mkdir(folder, { recursive: true });
      // A record is of a closed run; one that is resumed is open again.
      await rm(`${folder}/run.json`, { force: true });
      await Promise.all([
        writeDurably(`${folder}/plan.json`, `${JSON.stringify(input.plan, null, 1)}\n`),
        writeDurably(`${folder}/input.json`, `${JSON.stringify({ reuse: input.reuse, rerun: input.rerun })}\n`),
      ]);
      const trainer = { deps, folder, logFile: `${folder}/pin.log`, signal: context.cancellationSignal };
      const pins = input.pins ?? (await resolvePins(deps, input.plan, trainer));
      if (!input.pins) for (const hooks of Object.values(deps.hooks)) await hooks.preflight?.(deps, input.plan, pins);
      await writeDurably(`${folder}/pins.json`, `${JSON.stringify(pins, null, 1)}\n`);
      const decided = input.reuse ? await decide(deps, input, pins) : nothing;
      await noteAllReused(deps, input, decided);
      return { pins, reused: decided.reused, because: decided.because };
    } catch (error) {
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      const failure = asTemperError(error);
      const patient = patience[failure.code];
      const waited = Date.now() - context.info.scheduledTimestampMs;
      const spent =
        patient === undefined ? context.info.attempt >= 5 : waited >= (Number.isFinite(patient) ? patienceMs : patient);
      throw applicationFailure(failure, spent);
    } finally {
      heart.end();
    }
  };

/** A plan of another version does not have the fields that this one reads; carrying it out would do something else. */
function refuseOtherVersion({ version, pipeline }: Plan): void {
  if (version === planVersion) return;
  throw new TemperError(
    'PLAN_VERSION',
    `the stored plan of ${pipeline} has version ${version}, and this is ${planVersion}`,
  );
}

async function resolvePins(deps: Deps, plan: Plan, trainer: TrainerContext): Promise<Pins> {
  const files: Record<string, { digest: string; size: number }> = {};
  const bases: Record<string, Pins['bases'][string]> = {};
  const models: Record<string, string> = {};
  const adapters: Record<string, Handle | null> = {};
  const absentAllowed = namesThatMayBeAbsent(plan);
  // Pipelines within it get their pins from here: a run mixes no two versions, however many documents it has.
  for (const step of expandWithin(plan)) {
    for (const { mark, value } of markedValues(step.uses, step.with)) {
      if (hasExpression(value)) continue;
      if (mark === 'path' || (mark === 'base' && isLocalBase(value))) {
        files[value] ??= await digests(deps)
          .of(value, trainer.signal)
          .catch((error: NodeJS.ErrnoException) => {
            const why = absent.get(error.code ?? '');
            if (why === undefined) throw error;
            throw new TemperError('FILE_NOT_FOUND', `step "${step.id}" needs ${value}, which ${why}`);
          });
      } else if (mark === 'base') {
        bases[value] ??= await resolveBase(deps, value, trainer);
      } else if (mark === 'adapter') {
        adapters[value] ??= await resolveAdapter(deps, step, value);
      } else if (mark === 'ollama' && !models[value]) {
        const digest = await resolveModel(deps, value);
        if (digest) models[value] = digest;
        else if (!absentAllowed.has(fullModelName(value)))
          throw new TemperError(
            'MODEL_NOT_IN_OLLAMA',
            `step "${step.id}" names the model "${value}", which Ollama at ${withoutCredentials(deps.ollama.serving)} does not have`,
          );
      }
    }
  }
  await digests(deps).save();
  const continued = Object.keys(adapters).length > 0 ? { adapters } : {};
  return { files, bases, models, ...continued, environment: deps.environment };
}

/** What the system says of a path that leads to no bytes. */
const absent: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'is not there'],
  ['ENOTDIR', 'is not there: a part of the path is no folder'],
  ['ELOOP', 'is a link that leads round in a circle'],
  ['ENAMETOOLONG', 'is not there: no name is that long'],
  ['EACCES', 'the worker may not read'],
]);

/** Models that the plan itself creates, and those in production before the first promotion, need not exist yet. */
const namesThatMayBeAbsent = (plan: Plan): Set<string> =>
  new Set(
    expandWithin(plan)
      .flatMap((step) => markedValues(step.uses, step.with))
      .flatMap(({ mark, mayBeAbsent, value }) => (mark === 'creates' || mayBeAbsent ? [fullModelName(value)] : [])),
  );

/** A Hub name's commit; without network the last one this home saw, and said so. */
async function resolveBase(deps: Deps, base: string, trainer: TrainerContext): Promise<Pins['bases'][string]> {
  const [name, revision] = base.split('@');
  const memory = `${deps.pins}/bases.json`;
  const seen = await readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, string>,
    () => ({}) as Record<string, string>,
  );
  try {
    const resolved = await runTrainer(trainer, 'fetch', { action: 'resolve', name: name!, revision: revision ?? null });
    await writeDurably(memory, JSON.stringify({ ...seen, [base]: resolved.revision }));
    return {
      revision: resolved.revision,
      ...(resolved.architecture ? { architecture: resolved.architecture } : {}),
      ...(resolved.offline ? { offline: true } : {}),
    };
  } catch (error) {
    // A whole commit says all there is to say; a branch means what it meant when it was last seen.
    const last = revision && /^[0-9a-f]{40}$/.test(revision) ? revision : seen[base];
    if (error instanceof TemperError && isAway(error.code) && last) return { revision: last, offline: true };
    throw error;
  }
}

const isAway = (code: ErrorCode) => code === 'HUB_UNREACHABLE' || code === 'HUB_FORBIDDEN';

interface Decided {
  reused: Record<string, StepResult>;
  because: Record<string, Reason>;
  keyed: Record<string, Keyed>;
}

const nothing: Decided = { reused: {}, because: {}, keyed: {} };

/** Walks the plan in order; a step can be decided when all it reads has been. */
async function decide(present: Deps, input: PinInput, pins: Pins): Promise<Decided> {
  const deps = depsOfRun(present, { ...input, pins });
  const { pipeline } = input.plan;
  const reused: Record<string, StepResult> = {};
  const because: Record<string, Reason> = {};
  const keyedSteps: Record<string, Keyed> = {};
  const { plan, runId } = input;
  const again = input.rerun?.from === undefined ? undefined : withDependents(plan.steps, input.rerun.from);
  const instances = new Map(plan.steps.map((step) => [step.id, instancesOf(step)]));
  const matrices = new Map(plan.steps.flatMap((step) => (step.matrix ? [[step.id, instances.get(step.id)!]] : [])));
  // A need is decided when all its instances are; with a thousand of each they are not counted for every one.
  const decided = new Set<string>();
  let told = 0;
  for (const step of plan.steps.flatMap(({ id }) => instances.get(id)!)) {
    const isDecided = (need: string) => {
      if (!decided.has(need) && instances.get(need)!.every(({ id }) => reused[id])) decided.add(need);
      return decided.has(need);
    };
    if (!isActivityKind(step.uses) || !step.reuse || again?.has(stepOf(step.id))) continue;
    if (!step.needs.every(isDecided) || told > mostTold) continue;
    try {
      const scope = scopeOf(step, {
        inputs: plan.inputs,
        run: { id: runId, pipeline: plan.pipeline },
        instances: matrices,
        ended: (id) => (reused[id] ? { state: 'reused', outputs: reused[id].outputs } : undefined),
      });
      if (step.if !== undefined && evaluate(parseExpression(step.if), scope) !== true) continue;
      const resolved = resolveStep(step.uses, fillOptions(step.with, scope)).step;
      if (!resolved) continue;
      const asking = { runId, pipeline, step: step.id, uses: step.uses, pins };
      const keyed = await stepKey(deps, resolved, pins);
      const found = await findReusable(deps, asking, keyed);
      keyedSteps[step.id] = keyed;
      if (found.hit) reused[step.id] = found.hit;
      else because[step.id] = (await whyItRuns(deps, asking, keyed, found)).reason;
      told += JSON.stringify(found.hit ?? because[step.id]).length;
    } catch {
      // What cannot be decided here is asked again, and fails with its reason, when the step is ready.
    }
  }
  return { reused, because, keyed: keyedSteps };
}

async function noteAllReused(deps: Deps, { runId, plan }: PinInput, { reused, keyed }: Decided): Promise<void> {
  await Promise.all(
    expandPlan(plan).map(async ({ id, uses }) => {
      const hit = reused[id];
      if (hit && isActivityKind(uses))
        await noteReused(deps, { runId, pipeline: plan.pipeline, step: id, uses }, hit, keyed[id] ?? {});
    }),
  );
}
