import { TemperError } from '../../core/errors/temper-error.ts';
import { shortDigest } from '../../core/handles.ts';
import { baseSource } from '../../core/kinds/options/base-source.ts';
import { isSameModelName } from '../../core/model-name.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { weightsOf } from '../../services/ollama/model-file.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import type { BaseInOllama } from './proof/import-source.ts';

/** What identifies a base in adapters and keys: the digest of a GGUF file behind `gguf:`, or something else. */
const ggufIn = (identity: string): string | undefined => /^gguf:(sha256:[0-9a-f]{64})$/.exec(identity)?.[1];

/**
 * Finds the model in Ollama with the weights of a base, on which an adapter is put. `onto`: the one that the document names for
 * it. Throws WRONG_BASE or MODEL_NOT_IN_OLLAMA.
 */
export async function baseInOllama(
  server: OllamaServer,
  { name, identity, onto }: { name: string; identity: string; onto?: string | undefined },
  signal: AbortSignal,
): Promise<BaseInOllama> {
  const digest = ggufIn(identity);
  const whole = 'merge the adapter and import the whole model (steps `merge` and `quantize`, and `gguf` in the import)';
  if (digest === undefined)
    throw new TemperError(
      'WRONG_BASE',
      `the adapter is trained on ${name}, which came from no GGUF file: Ollama has no model of exactly these weights, on which it could be put`,
      { remedy: `Train from the model in Ollama (\`base: ollama:NAME\`), or ${whole}.` },
    );
  if (onto !== undefined) {
    const found = await weightsOf(server, onto, signal);
    if (found === digest) return { name: onto, digest };
    throw new TemperError(
      'WRONG_BASE',
      `${onto} in Ollama has the weights ${shortDigest(found)}, and the adapter is trained on ${name} (${shortDigest(digest)})`,
      {
        remedy: `Name the model that the training starts from, train anew from \`base: ollama:${onto}\`, or ${whole}.`,
      },
    );
  }
  const source = baseSource(name);
  const first = source.from === 'ollama' ? source.name : undefined;
  const found = await modelWith(server, digest, first, signal);
  if (found !== undefined) return { name: found, digest };
  throw new TemperError(
    'MODEL_NOT_IN_OLLAMA',
    `Ollama at ${withoutCredentials(server.url)} has no model with the weights of ${name} (${shortDigest(digest)}), on which the adapter is put`,
    {
      remedy:
        first === undefined
          ? `Create a model of that file in Ollama (a Modelfile with \`FROM\` and its path, then \`ollama create\`), train from it (\`base: ollama:NAME\`), or ${whole}.`
          : `Pull it again: \`ollama pull ${first}\`. If its publisher has changed it since, ${whole}.`,
    },
  );
}

/** A name of a model with these weights and no adapter; `first` is asked before all others. */
async function modelWith(
  server: OllamaServer,
  digest: string,
  first: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const all = (await server.models(signal)).map(({ name }) => name);
  const isFirst = (name: string) => first !== undefined && isSameModelName(name, first);
  for (const name of [...all.filter(isFirst), ...all.filter((each) => !isFirst(each))]) {
    const weights = await weightsOf(server, name, signal).catch((error: unknown) => {
      // A model of more than one file, or one that another program has deleted meanwhile.
      if (error instanceof TemperError && error.code !== 'OLLAMA_UNREACHABLE') return undefined;
      throw error;
    });
    if (weights === digest) return isFirst(name) ? first : name;
  }
  return undefined;
}
