import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, shortDigest } from '../../core/handles.ts';
import { isRecord } from '../../core/json.ts';
import type { CreateRequest, ModelEntry } from '../../services/ollama/messages.ts';
import { writeServed } from '../../services/ollama/served-models.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { StagingModels } from '../quantize/gguf/staging-models.ts';
import { openAdapter } from './open-adapter.ts';
import { openGguf } from './open-gguf.ts';
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
    const server = new OllamaServer(deps.ollama.serving);
    const source = options.adapter
      ? await openAdapter(context, server, options.adapter)
      : await openGguf(context, options.gguf!);
    context.progress({ phase: { code: 'asking_trained_model', facts: {} } });
    const questions = await readTrainedQuestions(deps.store, source.lineage.dataset);
    const probe = await probeModel(context, source.trained, questions);
    const margin = Math.max(options.margin, source.leastMargin ?? 0);
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
        margin,
        modelPath: source.trained.path,
        shown: await shownBefore(context, source, server),
      });
      const report: ProofReport = {
        name: options.name,
        gguf: source.gguf,
        type: source.type,
        ollama: await server.version(signal),
        template,
        stops,
        margin,
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
        gguf: source.gguf,
        lineage: source.lineage,
        proof,
        createdAt: new Date().toISOString(),
      });
      const driftNumber = drift?.drift ?? 0;
      const handle: Handle = { kind: 'ollama', uri: `ollama:${options.name}`, digest: model.digest, size: model.size };
      return {
        outputs: { model: handle, digest: model.digest, proof, drift: driftNumber },
        summary: `${options.name} (${shortDigest(model.digest)}), ${summariseProofs(proofs)}${drift ? `; drift ${driftNumber.toFixed(4)}` : ''}${source.takes ? `; ${source.takes(model.size)}` : ''}`,
      };
    });
  });

/** What a small model of the base's kind has shown before the training, on this very Ollama. */
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
  return await context.publish(staging, 'report', { gguf: report.gguf });
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
