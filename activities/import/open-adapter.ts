import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { isRecord } from '../../core/json.ts';
import { megabytes } from '../../core/words/megabytes.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import { openGgufBase } from '../bases/gguf-base.ts';
import { ggufIdentity } from '../bases/locate-gguf.ts';
import type { StepContext } from '../engine/step-context.ts';
import { convertAdapter } from '../quantize/gguf/by-llama-cpp.ts';
import { baseInOllama } from './base-in-ollama.ts';
import { adapterOn, type ImportSource, modelInOllama } from './proof/import-source.ts';
import { roundingMargin } from './proof/rounding-margin.ts';

type Context = StepContext<'import'>;

/** Makes a GGUF file of the adapter, for the base that Ollama has, and opens what the proofs compare both with. */
export async function openAdapter(context: Context, server: OllamaServer, handle: Handle): Promise<ImportSource> {
  const { deps, options, input, signal } = context;
  context.progress({ phase: { code: 'verifying', facts: { kind: 'adapter' } } });
  const adapter = await deps.store.open(handle, { verify: true, signal });
  const { meta } = adapter.manifest;
  const { name, digest: identity } = isRecord(meta.base) ? meta.base : {};
  const pinned = Object.keys(input.pins.bases).find(
    (base) => ggufIdentity(input.pins.bases[base]!.revision) === identity,
  );
  const named = { name: pinned ?? String(name), identity: String(identity), onto: options.onto };
  const base = await baseInOllama(server, named, signal);
  const opened = await openGgufBase(context, pinned ?? `ollama:${base.name}`, input.pins);
  const staging = await context.stage('adapter');
  const out = join(staging, 'files', 'adapter.gguf');
  await convertAdapter(context, { base: opened.path, adapter: adapter.path, out });
  const lineage = { ...meta, adapter: handle, type: 'lora' };
  const gguf = await context.publish(staging, 'gguf', lineage);
  const { path, manifest } = await deps.store.open(gguf);
  const file = manifest.files[0]!;
  return {
    trained: { model: opened.model, path: opened.path, adapter: { handle, path: adapter.path } },
    gguf,
    files: adapterOn(modelInOllama(base), { path: join(path, file.path), digest: `sha256:${file.sha256}` }),
    type: `adapter on ${base.name} (${opened.quantization})`,
    leastMargin: roundingMargin(opened.quantization),
    takes: (all) =>
      `${megabytes(file.size)} MB for the adapter, on the ${megabytes(all - file.size)} MB of ${base.name} that Ollama keeps once`,
    lineage,
  };
}
