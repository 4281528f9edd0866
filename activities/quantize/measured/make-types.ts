import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Handle, shortDigest } from '../../../core/handles.ts';
import { canonicalJson } from '../../../core/json.ts';
import { chooseType, type MeasuredType } from '../../../core/quantization/choose-type.ts';
import type { DriftReport } from '../../../core/quantization/drift-report.ts';
import { isQuantized, typesOf } from '../../../core/quantization/types.ts';
import type { Drift } from '../../../protocol/trainer/drift.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { convertByLlamaCpp, quantizeByLlamaCpp } from '../gguf/by-llama-cpp.ts';
import { KeptWork } from './kept-work.ts';
import { measureDrift, weighInputs } from './measure-drift.ts';
import type { Rows } from './rows.ts';

type Context = StepContext<'quantize'>;

interface Wanted {
  /** The model that is converted: its handle and its folder. */
  model: Handle;
  path: string;
  rows: Rows;
  /** Folder of the base model, if it is at hand. */
  base: string | undefined;
  /** Publishes the f16 file, from which all others are made. */
  publishParent: (file: string) => Promise<Handle>;
}

export interface MadeTypes {
  parent: Handle;
  /** The file that is taken, outside the store; undefined where that is the f16 file, or none. */
  file?: string;
  report: Omit<DriftReport, 'base' | 'bound'>;
}

/** A file to make: a type, with or without the importance matrix. */
type Candidate = Pick<MeasuredType, 'type' | 'imatrix'>;
const nameOf = ({ type, imatrix }: Candidate) => (imatrix ? `${type}-imatrix` : type);

/**
 * Makes each type from one f16 file by llama.cpp, measures it, and takes the smallest within the bound. Files and figures
 * are kept outside the store until the step ends, so that another attempt goes on where this one stopped.
 */
export async function makeTypes(
  context: Context,
  { model, path, rows, base, publishParent }: Wanted,
): Promise<MadeTypes> {
  const { deps, options, signal } = context;
  const usesMatrix = options.imatrix === true;
  // `perByte`: figures of an attempt before they were kept with bits per byte do not count.
  const of = {
    perByte: true,
    model: model.digest,
    dataset: rows.dataset.digest,
    usesMatrix,
    converters: deps.converters,
  };
  const kept = await KeptWork.open(context.folder, hashText(canonicalJson(of)));
  await mkdir(kept.path('.'), { recursive: true });

  const parent = await parentOf(context, kept, path, publishParent);
  const opened = await deps.store.open(parent, { signal });
  const f16 = join(opened.path, opened.manifest.files[0]!.path);
  const matrix = usesMatrix ? await matrixOf(context, kept, { model: path, parent: f16, rows }) : undefined;

  const make = async (candidate: Candidate) => {
    const name = nameOf(candidate);
    const write = async (part: string) =>
      await quantizeByLlamaCpp(context, f16, candidate.type, part, candidate.imatrix ? matrix : undefined);
    return await kept.file(`${name}.gguf`, write, signal);
  };
  const measure = async (candidates: readonly Candidate[]): Promise<MeasuredType[]> => {
    const files = new Map<string, { path: string; size: number }>();
    for (const each of candidates) files.set(nameOf(each), await make(each));
    const missing = [...files].filter(([name]) => !kept.done.drift[name]);
    // An attempt may have ended between the last of them and the figures of the f16 model.
    if (missing.length > 0 || !kept.done.figures) {
      const known = kept.done.figures;
      const onMeasured = async (name: string, drift: Drift) => {
        kept.done.drift[name] = drift;
        await kept.save();
      };
      const measured = await measureDrift(context, {
        model: path,
        parent: f16,
        candidates: missing.map(([name, file]) => ({ name, path: file.path })),
        rows,
        base: known ? undefined : base,
        onMeasured,
      });
      const { rows: count, tokens, bytes, parent } = measured;
      kept.done.figures = { rows: count, tokens, bytes, parent: parent!, base: known ? known.base : measured.base };
      await kept.save();
    }
    return candidates.map((each) => ({
      ...each,
      bytes: files.get(nameOf(each))!.size,
      ...kept.done.drift[nameOf(each)]!,
    }));
  };

  const types = typesOf(options.type);
  const wanted = types.filter(isQuantized).map((type) => ({ type, imatrix: usesMatrix }));
  // Of one type alone it is known at once that it will be compared.
  const compared = usesMatrix && wanted.length === 1 ? [{ type: wanted[0]!.type, imatrix: false }] : [];
  const found = await measure([...wanted, ...compared]);
  const figures = kept.done.figures!;
  const whole = {
    type: 'f16',
    imatrix: false,
    bytes: opened.manifest.size,
    kl: 0,
    kl_error: 0,
    same_top: 1,
    ...figures.parent,
  };
  const choices = [...found.filter(({ imatrix }) => imatrix === usesMatrix), ...(types.includes('f16') ? [whole] : [])];
  const taken = chooseType(choices, options.max_drift);
  const table = [...choices, ...found.filter(({ imatrix }) => imatrix !== usesMatrix)];
  if (usesMatrix && taken?.imatrix && compared.length === 0)
    table.push(...(await measure([{ type: taken.type, imatrix: false }])));
  table.sort((one, other) => other.bytes - one.bytes);
  const { rows: count, tokens, bytes, parent: ofParent, base: before } = figures;
  return {
    parent,
    ...(taken && isQuantized(taken.type) ? { file: kept.path(`${nameOf(taken)}.gguf`) } : {}),
    report: {
      rows: { side: rows.side, rows: count, tokens, bytes, dataset: rows.dataset.digest },
      parent: { bytes: opened.manifest.size, ...ofParent },
      before,
      imatrix: kept.done.importance ?? null,
      taken: taken ? table.indexOf(taken) : null,
      types: table,
    },
  };
}

/** The f16 file goes into the store at once: it stays there in any case, and another attempt need not convert again. */
async function parentOf(
  context: Context,
  kept: KeptWork,
  model: string,
  publish: Wanted['publishParent'],
): Promise<Handle> {
  const { store } = context.deps;
  const known = kept.done.parent;
  if (known && (await store.condition(known, { verify: true })) === 'whole') {
    await context.log(`f16 ${shortDigest(known.digest)} is there from an earlier attempt`);
    await store.keepFromCleanup(known);
    return known;
  }
  const file = join(await context.stage('f16'), 'files', 'model.gguf');
  await convertByLlamaCpp(context, model, 'f16', `${file}.part`);
  await rename(`${file}.part`, file);
  kept.done.parent = await publish(file);
  await kept.save();
  return kept.done.parent;
}

async function matrixOf(
  context: Context,
  kept: KeptWork,
  from: { model: string; parent: string; rows: Rows },
): Promise<string> {
  const { path } = await kept.file(
    'importance.gguf',
    async (out) => {
      const { rows, tokens, matrices } = await weighInputs(context, { ...from, out });
      kept.done.importance = { rows, tokens };
      await context.log(`importance of ${matrices} matrices, from ${tokens} tokens of ${rows} rows`);
    },
    context.signal,
  );
  return path;
}

/** Moves a file to another place, which may be on another file system. */
export async function moveFile(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EXDEV') throw error;
    await copyFile(from, to);
  });
}
