import { mkdir, rm } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { patience } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { isLocalBase, isResolved } from '../../core/kinds/options/base-source.ts';
import { markedValues } from '../../core/kinds/options/option-marks.ts';
import { resolveStep } from '../../core/kinds/options/resolve-options.ts';
import { definitionOf, isActivityKind } from '../../core/kinds/registry.ts';
import { evaluate, fillOptions } from '../../core/language/expression/evaluate.ts';
import { hasExpression, parseExpression } from '../../core/language/expression/parse.ts';
import { fullModelName } from '../../core/model-name.ts';
import type { Reason } from '../../core/reasons.ts';
import { expandPlan, expandWithin, instancesOf, stepOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { withDependents } from '../../core/run/run-graph.ts';
import { scopeOf } from '../../core/run/run-scope.ts';
import { phaseWords } from '../../core/words/phases.ts';
import type { PinInput, PinnedFile, PinResult, Pins, StepResult } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { resolveModel } from '../../services/ollama/server.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { type Deps, runFolder } from '../engine/deps.ts';
import { depsOfRun } from '../engine/environment.ts';
import { keepBeating } from '../engine/heartbeat.ts';
import { digests } from '../engine/pinned-files.ts';
import { findReusable, noteReused } from '../engine/reuse/find-reusable.ts';
import { stepKey } from '../engine/reuse/key.ts';
import type { Keyed } from '../engine/reuse/keyed.ts';
import { whyItRuns } from '../engine/reuse/why-it-runs.ts';
import { applicationFailure, asTemperError } from '../engine/step-failure.ts';
import { StepLog } from '../engine/step-log.ts';
import { questionsDigest } from '../evaluate/questions-digest.ts';
import type { TrainerContext } from '../process/run-trainer.ts';
import { resolveAdapter } from '../train/continue-from.ts';
import { checkPlan } from './check-plan.ts';
import { resolveBase } from './resolve-base.ts';

/** Characters of JSON for reused results, which must fit into a payload of 2 MB. Later steps are decided when their turn comes. */
const maxResultCharacters = 1_200_000;

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
      const decided = input.reuse ? await decide(deps, input, pins) : nothing;
      await noteAllReused(deps, input, decided);
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

async function resolvePins(
  deps: Deps,
  plan: Plan,
  trainer: TrainerContext & { progress: (progress: Progress) => void },
): Promise<Pins> {
  const files: Record<string, PinnedFile> = {};
  const bases: Record<string, Pins['bases'][string]> = {};
  const models: Record<string, string> = {};
  const adapters: Record<string, Handle | null> = {};
  const exams = new Set<string>();
  const absentAllowed = namesThatMayBeAbsent(plan);
  // Pipelines that run as steps use these pins too, so one run never mixes two versions of a file.
  for (const step of expandWithin(plan)) {
    const exam = definitionOf(step.uses)?.exam?.option;
    for (const { mark, path, value } of markedValues(step.uses, step.with)) {
      if (hasExpression(value)) continue;
      const isRead = mark === 'path' || (mark === 'base' && isLocalBase(value));
      // Every byte counts of a folder that a step reads as files, also if another uses it as a base model.
      if (isRead && !(files[value] && (mark === 'base' || !files[value].parts))) {
        const how = mark === 'base' ? 'ofBase' : 'of';
        files[value] = await digests(deps)
          [how](value, trainer.signal)
          .catch((error: NodeJS.ErrnoException) => {
            const why = absent.get(error.code ?? '');
            if (why === undefined) throw error;
            throw new TemperError('FILE_NOT_FOUND', `step "${step.id}" needs ${value}, which ${why}`);
          });
        if (path[0] === exam) exams.add(value);
      }
      if (mark === 'base' && isResolved(value)) {
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
  for (const exam of exams) {
    const questions = await questionsDigest(trainer, exam);
    if (questions !== undefined) files[exam] = { ...files[exam]!, questions };
  }
  await digests(deps).save();
  const continued = Object.keys(adapters).length > 0 ? { adapters } : {};
  return { files, bases, models, ...continued, environment: deps.environment };
}

/** Error codes of the system for a path without readable bytes. */
const absent: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['ENOTDIR', 'does not exist: a part of the path is not a folder'],
  ['ELOOP', 'is a link that forms a circle'],
  ['ENAMETOOLONG', 'does not exist: the name is too long'],
  ['EACCES', 'the worker may not read'],
]);

/** Models that the plan itself creates, and those in production before the first promotion, need not exist yet. */
const namesThatMayBeAbsent = (plan: Plan): Set<string> =>
  new Set(
    expandWithin(plan)
      .flatMap((step) => markedValues(step.uses, step.with))
      .flatMap(({ mark, mayBeAbsent, value }) => (mark === 'creates' || mayBeAbsent ? [fullModelName(value)] : [])),
  );

interface Decided {
  reused: Record<string, StepResult>;
  because: Record<string, Reason>;
  keyed: Record<string, Keyed>;
}

const nothing: Decided = { reused: {}, because: {}, keyed: {} };

/** Walks the plan in order. A step can be decided once everything it reads is. */
async function decide(workerDeps: Deps, input: PinInput, pins: Pins): Promise<Decided> {
  const deps = depsOfRun(workerDeps, { ...input, pins });
  const { pipeline } = input.plan;
  const reused: Record<string, StepResult> = {};
  const because: Record<string, Reason> = {};
  const keyedSteps: Record<string, Keyed> = {};
  const { plan, runId } = input;
  const again = input.rerun?.from === undefined ? undefined : withDependents(plan.steps, input.rerun.from);
  const instances = new Map(plan.steps.map((step) => [step.id, instancesOf(step)]));
  const matrices = new Map(plan.steps.flatMap((step) => (step.matrix ? [[step.id, instances.get(step.id)!]] : [])));
  // A need is decided when all its variants are. Remembered, since a thousand variants may each need a thousand others.
  const decided = new Set<string>();
  let told = 0;
  for (const step of plan.steps.flatMap(({ id }) => instances.get(id)!)) {
    const isDecided = (need: string) => {
      if (!decided.has(need) && instances.get(need)!.every(({ id }) => reused[id])) decided.add(need);
      return decided.has(need);
    };
    if (!isActivityKind(step.uses) || !step.reuse || again?.has(stepOf(step.id))) continue;
    if (!step.needs.every(isDecided) || told > maxResultCharacters) continue;
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
      // A step that cannot be decided here is decided when it is ready, and fails then with its reason.
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
