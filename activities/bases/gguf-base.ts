import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, shortDigest } from '../../core/handles.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import { claimPatiently } from '../../services/machine/claim.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';
import type { Base } from './base.ts';
import { type GgufSource, ggufIdentity, locateGguf } from './locate-gguf.ts';

type Context = TrainerContext & { progress: (progress: Progress) => void };

/** A GGUF file as a folder of 16-bit weights in the store. */
export interface Dequantized {
  model: Handle;
  architecture: string;
  /** The type of most of its weights, such as `Q4_K`. */
  quantization: string;
}

/** Counts changes of the trainer's verb that change what it makes: results of earlier ones are made anew. */
const revision = 1;

const recordOf = (deps: Deps, digest: string) =>
  join(deps.store.root, 'bases', `${digest.replace('sha256:', '')}-${revision}.json`);

/** Makes a base model of a GGUF file, once for each file: the store keeps it as an artifact. */
export async function dequantize(context: Context, source: GgufSource): Promise<Dequantized> {
  const { deps, signal } = context;
  const known = await knownBase(deps, source.digest);
  if (known) return known;
  const claim = await claimPatiently(`dequantize ${source.digest} into ${deps.store.root}`, undefined, signal);
  try {
    return (await knownBase(deps, source.digest)) ?? (await convert(context, source));
  } finally {
    await claim.release();
  }
}

async function knownBase(deps: Deps, digest: string): Promise<Dequantized | undefined> {
  const text = await readFile(recordOf(deps, digest), 'utf8').catch(() => undefined);
  const known = text === undefined ? undefined : (JSON.parse(text) as Dequantized);
  if (!known) return undefined;
  await deps.store.keepFromCleanup(known.model);
  return (await deps.store.condition(known.model)) === 'whole' ? known : undefined;
}

async function convert(context: Context, source: GgufSource): Promise<Dequantized> {
  const { deps, signal } = context;
  const staging = await deps.store.stage('base');
  const tell = (fraction: number) => {
    const facts = { base: source.base, percent: Math.floor(100 * fraction) };
    context.progress({ phase: { code: 'dequantizing', facts }, fraction });
  };
  try {
    const made = await runTrainer(
      context,
      'dequantize',
      { source: source.path, out: join(staging, 'files'), template: null },
      {
        onEvent: (event) => {
          if (event.event === 'converting') tell(event.done / event.total);
        },
      },
    );
    const { architecture, quantization } = made;
    const gguf = { name: basename(source.path), digest: ggufIdentity(source.digest) };
    const model = await deps.store.publish(staging, 'model', { gguf, quantization }, signal);
    const done: Dequantized = { model, architecture, quantization };
    await writeDurably(recordOf(deps, source.digest), JSON.stringify(done));
    return done;
  } finally {
    await deps.store.discard(staging);
  }
}

/** Opens the base that the run's pin made of a GGUF file; makes it again where the store no longer has it. */
export async function openGgufBase(context: Context, base: string, pins: Pins): Promise<Base & Dequantized> {
  const { deps, signal } = context;
  const pinned = pins.bases[base];
  const digest = pinned?.revision ?? (await locateGguf(deps, base, signal)).digest;
  const known = (await knownBase(deps, digest)) ?? (await makeAgain(context, base, digest));
  const { path } = await deps.store.open(known.model, { verify: true, signal });
  const name = `${base.startsWith('/') ? basename(base) : base}, dequantized from ${known.quantization}`;
  return { ...known, path, name, digest: ggufIdentity(digest) };
}

async function makeAgain(context: Context, base: string, digest: string): Promise<Dequantized> {
  const source = await locateGguf(context.deps, base, context.signal);
  if (source.digest !== digest)
    throw new TemperError(
      'INPUT_CHANGED',
      `${base} changed after the run began: it was ${shortDigest(digest)}, now ${shortDigest(source.digest)}`,
    );
  return await dequantize(context, source);
}
