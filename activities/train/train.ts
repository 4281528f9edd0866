import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, shortDigest } from '../../core/handles.ts';
import { rowNoteWords } from '../../core/words/row-notes.ts';
import { unusedGpuRemedy, unusedGpuWords } from '../../core/words/settings.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';
import { fill } from '../../protocol/trainer/filled.ts';
import { type Job, trainOptions } from '../../protocol/trainer/jobs.ts';
import type { Outputs } from '../../protocol/trainer/outputs.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { unusedGpus } from '../../services/machine/nvidia.ts';
import { OllamaServer, unloadAll } from '../../services/ollama/server.ts';
import { TrainingLog } from '../../services/report/training-log.ts';
import { copyTree, exists } from '../../services/store/durable-files.ts';
import { proveGgufBase } from '../bases/prove-gguf-base.ts';
import type { Deps } from '../engine/deps.ts';
import { openPinned } from '../engine/pinned-files.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { refuseExamRows } from '../evaluate/questions/refuse-exam-rows.ts';
import { asRecorded, openBase } from '../process/base-model.ts';
import { runTrainer } from '../process/run-trainer.ts';
import { CheckpointAnnouncer } from './checkpoint-announcer.ts';
import { adapterToContinue } from './continue-from.ts';
import { fetchPublished } from './published-checkpoints.ts';
import { checkRoomForCheckpoints } from './room-for-checkpoints.ts';
import { StallWatch } from './stall-watch.ts';
import { Tracking } from './tracking/tracking.ts';
import { TrainingProgress } from './training-progress.ts';

/** Enough for the slowest step plus the largest checkpoint: a stopped training ends its step and saves. */
const graceMs = 170_000;

/** A shorter silence of a training is never a stall. */
const minStallMs = 60_000;

export const train = (workerDeps: Deps, { stallFloor = minStallMs } = {}) =>
  step('train', workerDeps, async (context) => {
    const { deps, options, input } = context;
    const opened = await openBase(context, options.base, input.pins);
    if ('quantization' in opened) await proveGgufBase(context, String(options.base), opened);
    const dataset = await deps.store.open(options.dataset, { verify: true, signal: context.signal });
    const workdir = join(context.folder, 'work');
    await mkdir(join(workdir, 'checkpoints'), { recursive: true });
    const template =
      options.template === undefined
        ? null
        : await readFile(await openPinned(deps, options.template, input.pins), 'utf8');
    const split = await splitBatch(context, options);
    const evalFile = join(dataset.path, 'eval.jsonl');
    const start = await openStart(context, adapterToContinue(options.continue_from, input.pins));
    const base = await asRecorded(deps, opened, start?.path);
    await refuseExamRows(context, input.exams ?? [], { dataset: options.dataset, continued_from: start });
    await freeOllama(deps);

    const announcer = new CheckpointAnnouncer(context, options.checkpoint.keep);
    const progress = new TrainingProgress(await new TrainingLog(context.logFile).read());
    const job: Job<'train'> = {
      attempt: context.attempt,
      workdir,
      base,
      dataset: {
        train: join(dataset.path, 'train.jsonl'),
        eval: (await exists(evalFile)) ? evalFile : null,
        digest: options.dataset.digest,
      },
      continue_from: start ?? null,
      resume_from: await fetchPublished(deps, input.runId, input.step, workdir),
      accept_versions: input.acceptVersions ?? false,
      device_locks: deps.deviceLocks,
      options: {
        ...fill(trainOptions, options),
        ...split,
        template,
      },
    };
    // One after another, so that the ledger keeps the order. A line that cannot be written does not end the training.
    let recorded: Promise<unknown> = Promise.resolve();
    const watch = new StallWatch(stallFloor);
    const stalled = new AbortController();
    const timer = setInterval(() => {
      const { stall } = watch;
      if (stall !== undefined) stalled.abort(new TemperError('STALLED', stall));
    }, 1_000);
    let besideGpus: string[] = [];
    const onEvent = (event: TrainerEvent) => {
      if (event.event === 'waiting') context.limit.wait();
      else context.limit.work();
      if (event.event === 'progress') watch.noteStep(event.step);
      else if (event.event === 'checkpoint' || event.event === 'evaluated') watch.noteNextStep();
      else watch.noteOtherWork();
      recorded = recorded.then(() => record(context, event)).catch(() => {});
      const told = progress.note(event, besideGpus);
      if (told) context.progress(told);
      if (event.event === 'started') {
        if (event.device === 'cpu')
          void unusedGpus().then(async (gpus) => {
            besideGpus = gpus;
            if (gpus.length > 0) await context.log(`training ${unusedGpuWords(gpus)}. ${unusedGpuRemedy}`);
          });
        // Checked before the first step: the trainer itself checks only its work folder, for one checkpoint at a time.
        const room = { trainable: event.trainable, keep: options.checkpoint.keep };
        void checkRoomForCheckpoints({ ...room, workdir, store: deps.store.root }).catch((error: unknown) => {
          if (error instanceof TemperError) stalled.abort(error);
        });
      }
      if (event.event === 'checkpoint') announcer.noteSaved(event.step, event.path, event.best);
    };
    const tracking = new Tracking(context);
    let untracked = '';
    const outputs = await runTrainer(context, 'train', job, { graceMs, stalled: stalled.signal, onEvent })
      .catch(async (error: unknown) => {
        throw await addLoadedModels(deps, error);
      })
      .finally(async () => {
        clearInterval(timer);
        await recorded;
        untracked = await tracking.end();
      });
    await announcer.announceNewest();
    return await publish(context, outputs, { base, start, besideGpus, untracked });
  });

/** Opens the adapter whose weights the training starts with. */
async function openStart(
  { deps, signal }: StepContext<'train'>,
  start: { adapter: Handle; name: string } | undefined,
): Promise<Start | undefined> {
  if (!start) return undefined;
  const { path } = await deps.store.open(start.adapter, { verify: true, signal });
  return { path, name: start.name, digest: start.adapter.digest };
}

interface Start {
  path: string;
  name: string;
  digest: string;
}

/** Unloads Ollama's models, since the training needs their memory; only in temper's own server. */
async function freeOllama(deps: Deps): Promise<void> {
  await unloadAll(deps.ollama.own).catch(() => undefined);
}

/** Adds to an OUT_OF_MEMORY failure which models of Ollama occupy the device. */
async function addLoadedModels(deps: Deps, error: unknown): Promise<unknown> {
  if (!(error instanceof TemperError) || error.code !== 'OUT_OF_MEMORY') return error;
  const loaded = await new OllamaServer(deps.ollama.serving).loaded().catch(() => []);
  if (loaded.length === 0) return error;
  const models = loaded.map(
    ({ name, sizeOnDevice }) => `${name} (${(sizeOnDevice / 1e9).toFixed(1)} GB on the device)`,
  );
  return new TemperError(
    error.code,
    `${error.message}; Ollama at ${withoutCredentials(deps.ollama.serving)} holds ${models.join(', ')}`,
  );
}

/** Halves the micro-batch and doubles the accumulation per OUT_OF_MEMORY failure: the rows per optimizer step stay the same. */
async function splitBatch(
  context: StepContext<'train'>,
  options: { batch_size: number; gradient_accumulation: number },
) {
  let { batch_size, gradient_accumulation } = options;
  const failures = context.ledger.lines.filter(
    (line) => line.event === 'ended' && line.how === 'failed' && line.code === 'OUT_OF_MEMORY',
  );
  for (const _ of failures) {
    if (batch_size % 2 !== 0) break;
    batch_size /= 2;
    gradient_accumulation *= 2;
  }
  if (batch_size !== options.batch_size)
    await context.log(
      `after running out of memory: batch_size ${batch_size}, gradient_accumulation ${gradient_accumulation}`,
    );
  return { batch_size, gradient_accumulation };
}

/** Writes the events that `show` and `logs` report. */
async function record(context: StepContext<'train'>, event: TrainerEvent): Promise<void> {
  const at = new Date().toISOString();
  const { attempt, ledger } = context;
  await context.log(JSON.stringify(event));
  if (event.event === 'dataset') for (const note of event.notes) await context.log(rowNoteWords(note));
  if (event.event === 'resumed') await ledger.write({ event: 'resumed', attempt, at, fromStep: event.step });
  if (event.event === 'checkpoint') await ledger.write({ event: 'checkpoint', attempt, at, step: event.step });
  if (event.event === 'quarantined') {
    await ledger.write({ event: 'quarantined', attempt, at, path: event.path, reason: event.reason });
  }
}

async function publish(
  context: StepContext<'train'>,
  outputs: Outputs<'train'>,
  {
    base,
    start,
    besideGpus,
    untracked,
  }: {
    base: { name: string; digest: string };
    start: Start | undefined;
    besideGpus: readonly string[];
    untracked: string;
  },
) {
  const { options } = context;
  const { checkpoints, train_loss, eval_loss } = outputs;
  if (checkpoints.length === 0) throw new TemperError('NO_CHECKPOINT', 'the training ended without a checkpoint');
  const isBitEqual = outputs.bit_equal;
  const staging = await context.stage();
  for (const { path } of checkpoints) await copyTree(path, join(staging, 'files', basename(path)));
  const handle = await context.publish(staging, 'checkpoints', {
    base: { name: base.name, digest: base.digest },
    dataset: options.dataset,
    ...(start ? { continued_from: { name: start.name, digest: start.digest } } : {}),
    // Absent where the rows were learned with the thoughts that they have.
    ...(options.thoughts === 'drop' ? { thoughts: options.thoughts } : {}),
    // Empty for an uninterrupted training and for one that resumed bit for bit: both give the same artifact.
    ...(isBitEqual ? {} : { splits: outputs.splits, environments: outputs.environments }),
  });
  const loss = eval_loss === null ? '' : `, evaluation loss ${eval_loss.toFixed(3)}`;
  return {
    outputs: {
      checkpoints: handle,
      steps: outputs.final_step,
      train_loss,
      eval_loss,
      best_step: outputs.best_step,
      tokens: outputs.tokens,
      seconds: outputs.seconds,
      bit_equal: isBitEqual,
    },
    summary: `${outputs.final_step} steps ${besideGpus.length > 0 ? unusedGpuWords(besideGpus) : `on ${outputs.device}`}, loss ${train_loss?.toFixed(3) ?? '?'}${loss}${outputs.early_stopped ? ', stopped early' : ''}${start ? `, continued from ${start.name} (${shortDigest(start.digest)})` : ''}${isBitEqual ? '' : `; ${describeInequality(outputs)}`}${outputs.notes.map((note) => `; ${rowNoteWords(note)}`).join('')}${untracked}`,
  };
}

/** Says why the adapter differs in its last bits from that of an uninterrupted training. */
function describeInequality({ splits, environments }: Outputs<'train'>): string {
  const reasons = [
    ...splits.slice(1).map((split) => `batch split from step ${split.from_step}`),
    ...environments.slice(1).map((each) => `other library versions from step ${each.from_step}`),
  ];
  return `not bit-equal to an uninterrupted training: ${reasons.join(', ')}`;
}
