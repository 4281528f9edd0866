import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type ImportSource, wholeModel } from './proof/import-source.ts';

/** Opens the GGUF and what the proofs compare it with: its merged model and its f16 parent. The GGUF's metadata names both. */
export async function openGguf(
  { deps, signal, progress }: StepContext<'import'>,
  handle: Handle,
): Promise<ImportSource> {
  progress({ phase: { code: 'verifying', facts: { kind: 'GGUF' } } });
  const gguf = await deps.store.open(handle, { verify: true, signal });
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
    trained: { model: meta.model, path: model.path },
    gguf: handle,
    files: wholeModel({ path: join(gguf.path, file.path), digest: `sha256:${file.sha256}` }),
    type: typeof meta.type === 'string' ? meta.type : 'unknown type',
    ...(parent && parentFile
      ? { parent: wholeModel({ path: join(parent.path, parentFile.path), digest: `sha256:${parentFile.sha256}` }) }
      : {}),
    lineage: meta,
  };
}
