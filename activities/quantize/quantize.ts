import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { isRecord } from '../../core/json.ts';
import {
  type DriftReport,
  driftSummary,
  driftTable,
  renderDrift,
  takenOf,
} from '../../core/quantization/drift-report.ts';
import { askedEngine, isQuantized, measures, typesOf } from '../../core/quantization/types.ts';
import { megabytes } from '../../core/words/megabytes.ts';
import { checkRoom } from '../../services/machine/files/disk-space.ts';
import type { OpenArtifact } from '../../services/store/artifacts.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { chooseEngine, readModelFacts } from './gguf/choose-engine.ts';
import { convertModel } from './gguf/convert.ts';
import { normaliseModel } from './gguf/normalised-model.ts';
import { roomNeeded, weightBytes } from './gguf/room-for-gguf.ts';
import { templateDigest } from './gguf/template-digest.ts';
import { removeKeptFiles } from './measured/kept-work.ts';
import { makeTypes, moveFile } from './measured/make-types.ts';
import { measureDrift } from './measured/measure-drift.ts';
import { openBaseOf } from './measured/open-base.ts';
import { openRows, type Rows } from './measured/rows.ts';
import { pinnedRoute } from './pinned-route.ts';

type Context = StepContext<'quantize'>;

/** The model that the converted one was trained from. */
interface BaseModel {
  name: string | null;
  /** Undefined if it is not at hand, or nothing is measured. */
  folder: string | undefined;
}

/** The files that a conversion made, as artifacts. */
interface Converted {
  gguf: Handle;
  /** Absent where the file itself is not quantized. */
  first?: Handle;
  type: string;
  report?: DriftReport;
}

/**
 * Converts a model to f16 and quantizes that to the wanted type. The f16 parent of a quantized GGUF stays as an artifact:
 * the import proves the conversion on it, apart from the effects of quantization.
 */
export const quantize = (deps: Deps) =>
  step('quantize', deps, async (context) => {
    const { options } = context;
    const { model, opened } = await normaliseModel(context, options.model);
    const facts = await readModelFacts(opened.path);
    const template = await templateDigest(opened.path);
    const types = typesOf(options.type);
    const rows = measures(options) ? await openRows(context, opened.manifest.meta) : undefined;
    const { engine, reason } = engineFor(context, opened, facts, types);
    await context.log(`engine: ${engine} (${reason})`);
    const source = { bytes: weightBytes(opened.manifest.files), bitsPerWeight: facts.bitsPerWeight };
    const need = roomNeeded(source, { types, engine, plain: options.imatrix });
    await checkRoom('the conversion', [
      { path: deps.store.root, bytes: need.store },
      { path: deps.ollama.ownModels, bytes: need.ollama },
      { path: context.folder, bytes: need.step },
    ]);

    const common = { ...lineage(opened), model, engine, reason, template };
    const publish = async (file: string, meta: { type: string; parent: Handle | null }) => {
      context.progress({ phase: { code: 'publishing', facts: {} } });
      return await context.publish(join(file, '..', '..'), 'gguf', { ...common, ...meta });
    };
    const base = { name: baseName(opened), folder: rows && (await openBaseOf(context, opened.manifest.meta)) };
    const made =
      rows && (types.length > 1 || options.imatrix)
        ? await makeSeveral(context, { model, path: opened.path, rows, base, publish })
        : await makeOne(context, { path: opened.path, type: types[0]!, engine, rows, base, publish });
    const { gguf, first, type, report } = made;
    const made_ = `${type} by ${engine}, ${megabytes(gguf.size)} MB${first ? ` (f16: ${megabytes(first.size)} MB)` : ''}`;
    return {
      outputs: {
        gguf,
        bytes: gguf.size,
        engine,
        type,
        ...(report ? await measuredOutputs(context, report, gguf) : {}),
      },
      summary: `${made_}: ${report ? `${driftSummary(report)}; ${reason}` : reason}`,
    };
  });

type Publish = (file: string, meta: { type: string; parent: Handle | null }) => Promise<Handle>;

/** Makes one type, and measures it if the document asks for that. */
async function makeOne(
  context: Context,
  it: {
    path: string;
    type: string;
    engine: 'ollama' | 'llama.cpp';
    rows: Rows | undefined;
    base: BaseModel;
    publish: Publish;
  },
): Promise<Converted> {
  const { path, type, engine, rows, publish } = it;
  const files = {
    first: join(await context.stage('f16'), 'files', 'model.gguf'),
    second: join(await context.stage(), 'files', 'model.gguf'),
  };
  await convertModel(context, { model: path, type, engine }, files);
  if (!isQuantized(type)) return { gguf: await publish(files.first, { type, parent: null }), type };
  const report = rows && (await measureOne(context, { ...it, rows, files }));
  const first = await publish(files.first, { type: 'f16', parent: null });
  return { gguf: await publish(files.second, { type, parent: first }), first, type, ...(report ? { report } : {}) };
}

async function measureOne(
  context: Context,
  {
    path,
    type,
    rows,
    base,
    files,
  }: { path: string; type: string; rows: Rows; base: BaseModel; files: { first: string; second: string } },
): Promise<DriftReport> {
  const measured = await measureDrift(context, {
    model: path,
    parent: files.first,
    candidates: [{ name: type, path: files.second }],
    rows,
    base: base.folder,
  });
  const [first, second] = await Promise.all([stat(files.first), stat(files.second)]);
  const found = { type, imatrix: false, bytes: second.size, ...measured.measured[type]! };
  const bound = context.options.max_drift ?? null;
  const report: DriftReport = {
    base: base.name,
    bound,
    rows: {
      side: rows.side,
      rows: measured.rows,
      tokens: measured.tokens,
      bytes: measured.bytes,
      dataset: rows.dataset.digest,
    },
    parent: { bytes: first.size, ...measured.parent! },
    before: measured.base,
    imatrix: null,
    taken: bound === null || found.kl <= bound ? 0 : null,
    types: [found],
  };
  await refuseDrift(context, report);
  return report;
}

/** Makes several types, or one with an importance matrix, and takes the smallest within the bound. */
async function makeSeveral(
  context: Context,
  { model, path, rows, base, publish }: { model: Handle; path: string; rows: Rows; base: BaseModel; publish: Publish },
): Promise<Converted> {
  const publishParent = async (file: string) => await publish(file, { type: 'f16', parent: null });
  const {
    parent,
    file,
    report: figures,
  } = await makeTypes(context, {
    ...{ model, path, rows, publishParent },
    base: base.folder,
  });
  const report = { base: base.name, bound: context.options.max_drift ?? null, ...figures };
  await refuseDrift(context, report);
  const { type } = takenOf(report)!;
  let gguf = parent;
  if (file !== undefined) {
    const target = join(await context.stage(), 'files', 'model.gguf');
    await moveFile(file, target);
    gguf = await publish(target, { type, parent });
  }
  await removeKeptFiles(context.folder);
  return { gguf, ...(file === undefined ? {} : { first: parent }), type, report };
}

/** Throws DRIFT_TOO_LARGE, with the figures of each type, if none is within the bound. */
async function refuseDrift(context: Context, report: DriftReport): Promise<void> {
  await writeFile(join(context.folder, 'drift.md'), renderDrift(report));
  await context.log(driftTable(report));
  if (takenOf(report)) return;
  await removeKeptFiles(context.folder);
  const least = Math.min(...report.types.map(({ kl }) => kl));
  const types =
    report.types.length === 1 ? `${report.types[0]!.type} changes` : `each of ${report.types.length} types changes`;
  throw new TemperError(
    'DRIFT_TOO_LARGE',
    `${types} the model by more than \`max_drift: ${report.bound}\`; the least is ${least.toPrecision(3)} nats a token\n${driftTable(report)}`,
  );
}

async function measuredOutputs(context: Context, report: DriftReport, gguf: Handle) {
  const { kl, bits_per_byte } = takenOf(report)!;
  return { drift: kl, bits_per_byte: bits_per_byte!, measured: await publishReport(context, report, gguf) };
}

async function publishReport(context: Context, report: DriftReport, gguf: Handle): Promise<Handle> {
  const staging = await context.stage('drift');
  await writeFile(join(staging, 'files', 'drift.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(staging, 'files', 'drift.md'), renderDrift(report));
  return await context.publish(staging, 'report', { gguf });
}

/** The converter that was proven for each of the types, or else that which the model's files tell. */
function engineFor(
  { input, options }: Context,
  opened: OpenArtifact,
  facts: Parameters<typeof chooseEngine>[0],
  types: readonly string[],
): ReturnType<typeof chooseEngine> {
  const engine = askedEngine(options);
  if (engine !== options.engine)
    return { engine: 'llama.cpp', reason: 'it makes several types of one file, and knows importance matrices' };
  const routes = types.map((type) => pinnedRoute(input.pins, opened.manifest, { type, engine }));
  return routes[0] && routes.every(Boolean) ? routes[0] : chooseEngine(facts, types[0]!, engine);
}

function baseName({ manifest }: OpenArtifact): string | null {
  const { base } = manifest.meta;
  return isRecord(base) && typeof base.name === 'string' ? base.name : null;
}

/** Copies the model's lineage, so that the served model can name its training rows. */
const lineage = (opened: OpenArtifact) =>
  Object.fromEntries(
    Object.entries(opened.manifest.meta).filter(([name]) =>
      ['dataset', 'base', 'adapter', 'continued_from', 'thoughts'].includes(name),
    ),
  );
