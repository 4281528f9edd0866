import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, shortDigest } from '../../core/handles.ts';
import { isRecord, looksLikeHandle } from '../../core/json.ts';
import type { CreateRequest, ModelEntry } from '../../services/ollama/messages.ts';
import { writeServed } from '../../services/ollama/served-models.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { StagingModels } from '../quantize/gguf/staging-models.ts';
import type { ImportSource } from './proof/import-source.ts';
import { type Probe, probeModel } from './proof/probe.ts';
import { readTrainedQuestions } from './proof/probe-questions.ts';
import type { Proof } from './proof/proof.ts';
import { type ProofReport, renderProof, summariseProofs } from './proof/proof-report.ts';
import { proveImport } from './proof/prove-import.ts';
import { proveSystem } from './proof/prove-prompt.ts';

type Context = StepContext<'import'>;

/**
 * Creates the model in Ollama under a staging name, proves that it behaves like the trained model, and only then gives it
 * its name: a model that fails a proof never gets a name that people use.
 */
export const importModel = (deps: Deps) =>
  step('import', deps, async (context) => {
    const { options, signal } = context;
    const source = await openSource(context);
    context.progress({ phase: { code: 'asking_trained_model', facts: {} } });
    const probe = await probeModel(
      context,
      source.model,
      source.modelPath,
      await readTrainedQuestions(deps.store, source.lineage.dataset),
    );
    const server = new OllamaServer(deps.ollama.serving);
    const stops = [
      ...new Set([...probe.stops, ...(options.stop ?? []), ...[options.parameters.stop ?? []].flat().map(String)]),
    ];
    // Always set, even if empty: otherwise Ollama adds the stop strings of the template that it thinks it recognises.
    const parameters = { ...options.parameters, stop: stops };

    return await StagingModels.use(context, async (staging) => {
      const create = async (request: Omit<CreateRequest, 'model'>) => {
        const model = await staging.name(server);
        await server.create(
          { model, ...request },
          { signal, onStatus: ({ status }) => context.progress({ phase: { code: 'ollama', facts: { status } } }) },
        );
        return model;
      };
      const { name, proofs, drift, template } = await proveImport({
        context,
        server,
        probe,
        parameters,
        hasOwnParameters: Object.keys(options.parameters).length > 0,
        create,
        source,
        modelPath: source.modelPath,
        shown: await shownBefore(context, source, server),
      });
      const report: ProofReport = {
        name: options.name,
        gguf: options.gguf,
        type: source.type,
        ollama: await server.version(signal),
        template,
        stops,
        margin: options.margin,
        proofs,
        ...(drift ? { drift } : {}),
      };
      await refuseRefuted(context, report);
      const candidate =
        options.system === undefined
          ? name
          : await checkSystem(context, server, probe, report, await create({ from: name, system: options.system }));
      const proof = await publishReport(context, report);
      const model = await giveName(context, server, candidate);
      await writeServed(deps.store.root, model.digest, {
        name: options.name,
        gguf: options.gguf,
        lineage: source.lineage,
        proof,
        createdAt: new Date().toISOString(),
      });
      const driftNumber = drift?.drift ?? 0;
      const handle: Handle = { kind: 'ollama', uri: `ollama:${options.name}`, digest: model.digest, size: model.size };
      return {
        outputs: { model: handle, digest: model.digest, proof, drift: driftNumber },
        summary: `${options.name} (${shortDigest(model.digest)}), ${summariseProofs(proofs)}${drift ? `; drift ${driftNumber.toFixed(4)}` : ''}`,
      };
    });
  });

/** What a shell of the base has shown before the training, on this very Ollama. */
async function shownBefore({ input, signal }: Context, { lineage }: ImportSource, server: OllamaServer) {
  const { base, template, type, engine } = lineage;
  const route = input.pins.routes?.find(
    (each) =>
      isRecord(base) &&
      each.base === base.digest &&
      each.template === template &&
      each.type === type &&
      each.engine === engine,
  );
  return route?.ollama !== undefined && route.ollama === (await server.version(signal)) ? route.shown : undefined;
}

/** Opens the GGUF and what the proofs compare it with: its merged model and its f16 parent. The GGUF's metadata names both. */
async function openSource(context: Context): Promise<ImportSource> {
  const { deps, options, signal } = context;
  context.progress({ phase: { code: 'verifying', facts: { kind: 'GGUF' } } });
  const gguf = await deps.store.open(options.gguf, { verify: true, signal });
  const { meta, files } = gguf.manifest;
  const file = files.find(({ path }) => path.endsWith('.gguf'));
  if (!file)
    throw new TemperError(
      'BAD_OPTIONS',
      `the artifact in \`gguf\` has no .gguf file (${files.map(({ path }) => path).join(', ')})`,
    );
  if (!looksLikeHandle(meta.model)) {
    throw new TemperError(
      'BAD_OPTIONS',
      'the GGUF does not name the model that it was converted from, so nothing can be proven about it',
      {
        remedy: 'Convert a model directory with a `quantize` step.',
      },
    );
  }
  const model = await deps.store.open(meta.model, { verify: true, signal });
  const parent = looksLikeHandle(meta.parent)
    ? await deps.store.open(meta.parent, { verify: true, signal })
    : undefined;
  const parentFile = parent?.manifest.files[0];
  return {
    ggufPath: join(gguf.path, file.path),
    ggufDigest: `sha256:${file.sha256}`,
    type: typeof meta.type === 'string' ? meta.type : 'unknown type',
    ...(parent && parentFile
      ? { parent: { path: join(parent.path, parentFile.path), digest: `sha256:${parentFile.sha256}` } }
      : {}),
    model: meta.model,
    modelPath: model.path,
    lineage: meta,
  };
}

/** Proves the system message of the model `name` and returns that name. */
async function checkSystem(
  context: Context,
  server: OllamaServer,
  probe: Probe,
  report: ProofReport,
  name: string,
): Promise<string> {
  const refutation = await proveSystem(server, name, probe, context.options.system ?? '', context.signal);
  if (refutation) await refuseRefuted(context, { ...report, proofs: [...report.proofs, refutation] });
  return name;
}

/** Fails the step if a proof is refuted. The message shows both sides; the whole report goes into the step's folder. */
async function refuseRefuted(context: Context, report: ProofReport): Promise<void> {
  const refuted = report.proofs.filter(({ ok }: Proof) => !ok);
  if (refuted.length === 0) return;
  const file = join(context.folder, 'proof.md');
  await writeFile(file, renderProof(report));
  throw new TemperError(
    'PROOF_FAILED',
    `${refuted.map(({ name, detail }) => `${name}: ${detail}`).join('\n')}\nThe whole report is ${file}`,
  );
}

async function publishReport(context: Context, report: ProofReport): Promise<Handle> {
  const staging = await context.stage();
  await writeFile(join(staging, 'files', 'proof.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(staging, 'files', 'proof.md'), renderProof(report));
  return await context.publish(staging, 'report', { gguf: context.options.gguf });
}

/** Copies the proven model to its name and reads the name back. A failed copy leaves the name as it was. */
async function giveName(context: Context, server: OllamaServer, staging: string): Promise<ModelEntry> {
  const { signal, options } = context;
  context.progress({ phase: { code: 'naming', facts: { name: options.name } } });
  const proven = await server.find(staging, signal);
  await server.copy(staging, options.name, signal);
  const named = await server.find(options.name, signal);
  if (!proven || named?.digest !== proven.digest) {
    throw new TemperError(
      'OLLAMA_FAILED',
      proven
        ? `after the copy ${options.name} is ${named ? shortDigest(named.digest) : 'missing'}, not ${shortDigest(proven.digest)}; another program may have changed it`
        : `the staging model of ${options.name} is missing; another program may have deleted it`,
    );
  }
  return named;
}
