import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Progress } from '../core/progress.ts';
import { TemperError } from '../core/temper-error.ts';
import { copyTree, exists } from '../services/durable-files.ts';
import { unloadAll } from '../services/ollama.ts';
import { openBase } from './base.ts';
import type { SavedCheckpoint } from './contract.ts';
import type { Deps } from './deps.ts';
import { openPinned } from './key.ts';
import { newestPublished } from './published-checkpoints.ts';
import { runTrainer, type TrainerEvent } from './run-trainer.ts';
import { type StepContext, step } from './step.ts';

/** Long enough to reach a step edge and save: the slowest step plus the largest checkpoint. */
const graceMs = 170_000;
/** History grows by about ten events with each announcement, and a week of training must stay far from its limit. */
const announceEveryMs = 10 * 60_000;

export const train = (deps: Deps) =>
  step('train', deps, async (context) => {
    const { options, input } = context;
    const base = await openBase(context, options.base, input.pins);
    const dataset = await deps.store.open(options.dataset, { verify: true, signal: context.signal });
    const workdir = join(context.folder, 'work');
    await mkdir(join(workdir, 'checkpoints'), { recursive: true });
    const template =
      options.template === undefined
        ? null
        : await readFile(await openPinned(deps, options.template, input.pins), 'utf8');
    const split = await batchSplit(context, options);
    const evalFile = join(dataset.path, 'eval.jsonl');
    const { base: _base, dataset: _dataset, ...rest } = options;
    await freeOllama(deps);

    const announcer = new Announcer(context, options.checkpoint.keep);
    let progress: Progress = { phase: 'starting' };
    const tell = (change: Progress) => {
      progress = { ...progress, ...change };
      context.progress(progress);
    };
    const job = {
      attempt: context.attempt,
      workdir,
      base,
      dataset: {
        train: join(dataset.path, 'train.jsonl'),
        eval: (await exists(evalFile)) ? evalFile : null,
        digest: options.dataset.digest,
      },
      resume_from: await newestPublished(deps, input.runId, input.step, workdir),
      accept_versions: false,
      options: {
        ...rest,
        ...split,
        template,
        max_steps: options.max_steps ?? null,
        early_stop: options.early_stop ?? null,
        checkpoint: { ...options.checkpoint, every_minutes: options.checkpoint.every_minutes ?? null },
        eval: { every_steps: options.eval.every_steps ?? null },
      },
    };
    const outputs = await runTrainer(context, 'train', job, {
      graceMs,
      onEvent: (event) => {
        void record(context, event);
        const change = progressOf(event);
        if (change) tell(change);
        if (event.event === 'checkpoint') announcer.saved(Number(event.step), String(event.path));
      },
    });
    await announcer.last();
    return await publish(context, outputs, base);
  });

/** Ollama holds models in the memory that the training needs. Only temper's own server is asked to let go. */
async function freeOllama(deps: Deps): Promise<void> {
  await unloadAll(deps.ollama.own).catch(() => undefined);
}

/** After running out of memory the micro-batch is halved and accumulation doubled: the same rows per optimizer step. */
async function batchSplit(
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

/** Tells the workflow of saved checkpoints: the first of every ten minutes, and the last. */
class Announcer {
  readonly #context: StepContext<'train'>;
  readonly #keep: number;
  readonly #workflow = Context.current().info.workflowExecution;
  readonly #client = Context.current().client;
  #newest: { checkpoint: number; path: string } | undefined;
  #announced = 0;
  #announcedAt = Date.now();

  constructor(context: StepContext<'train'>, keep: number) {
    this.#context = context;
    this.#keep = keep;
  }

  saved(checkpoint: number, path: string): void {
    this.#newest = { checkpoint, path };
    if (Date.now() - this.#announcedAt >= announceEveryMs) void this.last();
  }

  async last(): Promise<void> {
    const newest = this.#newest;
    if (!newest || newest.checkpoint === this.#announced || !this.#workflow) return;
    this.#announced = newest.checkpoint;
    this.#announcedAt = Date.now();
    const { runId, step } = this.#context.input;
    const saved: SavedCheckpoint = { runId, step, ...newest, keep: this.#keep, queue: this.#context.deps.queues.host };
    try {
      await this.#client.workflow
        .getHandle(this.#workflow.workflowId, this.#workflow.runId)
        .signal('checkpointSaved', saved);
    } catch (error) {
      await this.#context.log(
        `the workflow could not be told of checkpoint ${newest.checkpoint}: ${(error as Error).message}`,
      );
    }
  }
}

/** Keeps the events that `show` and `logs` tell about. */
async function record(context: StepContext<'train'>, event: TrainerEvent): Promise<void> {
  const at = new Date().toISOString();
  const { attempt, ledger } = context;
  await context.log(JSON.stringify(event));
  if (event.event === 'resumed') await ledger.write({ event: 'resumed', attempt, at, fromStep: Number(event.step) });
  if (event.event === 'checkpoint') await ledger.write({ event: 'checkpoint', attempt, at, step: Number(event.step) });
  if (event.event === 'quarantined') {
    await ledger.write({ event: 'quarantined', attempt, at, path: String(event.path), reason: String(event.reason) });
  }
}

const numbers = [
  'step',
  'max_steps',
  'loss',
  'learning_rate',
  'tokens_per_second',
  'eta_seconds',
  'memory_bytes',
] as const;

/** What a trainer event says to a person who watches. */
export function progressOf(event: TrainerEvent): Progress | undefined {
  switch (event.event) {
    case 'loading':
      return { phase: 'loading the base' };
    case 'dataset':
      return { phase: `tokenized ${event.rows} rows` };
    case 'started':
      return { phase: 'training', step: Number(event.step), max_steps: Number(event.max_steps) };
    case 'resumed':
      return { phase: `resumed from step ${event.step}`, step: Number(event.step), checkpoint: Number(event.step) };
    case 'progress': {
      const known = numbers.filter((name) => typeof event[name] === 'number').map((name) => [name, event[name]]);
      const fraction = Number(event.max_steps) > 0 ? Number(event.step) / Number(event.max_steps) : 0;
      return { phase: 'training', fraction, ...(Object.fromEntries(known) as Partial<Progress>) };
    }
    case 'checkpoint':
      return { phase: 'training', checkpoint: Number(event.step) };
    default:
      return undefined;
  }
}

async function publish(
  context: StepContext<'train'>,
  outputs: Record<string, unknown>,
  base: { name: string; digest: string },
) {
  const { deps, options } = context;
  const checkpoints = (outputs.checkpoints ?? []) as { step: number; path: string }[];
  if (checkpoints.length === 0) throw new TemperError('NO_CHECKPOINT', 'the training ended without a checkpoint');
  const staging = await context.stage();
  for (const { path } of checkpoints) await copyTree(path, join(staging, 'files', basename(path)));
  const handle = await deps.store.publish(
    staging,
    'checkpoints',
    { base: { name: base.name, digest: base.digest }, dataset: options.dataset },
    context.signal,
  );
  const number = (name: string) => (typeof outputs[name] === 'number' ? (outputs[name] as number) : null);
  const loss = number('eval_loss') === null ? '' : `, evaluation loss ${number('eval_loss')!.toFixed(3)}`;
  return {
    outputs: {
      checkpoints: handle,
      steps: number('final_step'),
      train_loss: number('train_loss'),
      eval_loss: number('eval_loss'),
      best_step: number('best_step'),
      tokens: number('tokens'),
      seconds: number('seconds'),
    },
    summary: `${outputs.final_step} steps on ${outputs.device}, loss ${number('train_loss')?.toFixed(3) ?? '?'}${loss}${outputs.early_stopped ? ', stopped early' : ''}`,
  };
}
