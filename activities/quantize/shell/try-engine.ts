import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../../core/errors/catalogue.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { ollamaTypes } from '../../../core/kinds/ollama-converter.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { hashFile } from '../../../services/store/durable-files.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { proveCandidate } from '../../import/proof/prove-candidate.ts';
import { proveEnd } from '../../import/proof/prove-end.ts';
import { chatDigest } from '../../import/proof/prove-tokens.ts';
import { tokenizerDigest } from '../../import/proof/tokenizer-digest.ts';
import type { Engine } from '../gguf/choose-engine.ts';
import { convertModel, isQuantized } from '../gguf/convert.ts';
import { StagingModels } from '../gguf/staging-models.ts';
import type { Shell } from './make-shell.ts';
import type { Trial } from './route.ts';

/** Failures that say something about the model; any other one is about the machine and passes. */
const verdicts: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'OLLAMA_FAILED',
  'CONVERSION_FAILED',
  'UNSUPPORTED_ARCHITECTURE',
  'UNKNOWN_PRETOKENIZER',
  'BASE_INCOMPLETE',
  'BASE_UNREADABLE',
  'TOOL_MISSING',
]);

/** One thread: those of a shell would wait for each other. No device: a training may fill its memory. */
const parameters = { num_thread: 1, num_gpu: 0, num_ctx: 2048 };

/** Converts the shell by one engine and, if it `isServed`, proves what the serving Ollama makes of the file. */
export async function tryEngine(
  context: WorkContext,
  shell: Shell,
  { engine, type, isServed }: { engine: Engine; type: string; isServed: boolean },
): Promise<Trial> {
  if (engine === 'ollama' && !ollamaTypes.includes(type)) {
    const message = `Ollama's converter makes ${ollamaTypes.join(', ')}, not ${type}`;
    return { engine, proofs: [], failure: { code: 'BAD_OPTIONS', message } };
  }
  const folder = join(shell.path, '..', engine);
  await mkdir(folder, { recursive: true });
  const files = { first: join(folder, 'first.gguf'), second: join(folder, 'second.gguf') };
  try {
    await convertModel(context, { model: shell.path, type, engine }, files);
    if (!isServed) return { engine, proofs: [] };
    return { engine, ...(await proveServed(context, shell, isQuantized(type) ? files.second : files.first)) };
  } catch (error) {
    if (!(error instanceof TemperError) || !verdicts.has(error.code) || /memory/i.test(error.message)) throw error;
    return { engine, proofs: [], failure: { code: error.code, message: error.message } };
  }
}

async function proveServed(
  context: WorkContext,
  { path, probe }: Shell,
  file: string,
): Promise<Pick<Trial, 'proofs' | 'shown'>> {
  const server = new OllamaServer(context.deps.ollama.serving);
  const { signal } = context;
  return await StagingModels.use(context, async (staging) => {
    const { name, proofs } = await proveCandidate(
      {
        context,
        server,
        probe,
        modelPath: path,
        parameters: { ...parameters, stop: [...probe.stops] },
        hasOwnParameters: false,
        create: async (request) => {
          const model = await staging.name(server);
          await server.create({ model, ...request }, { signal });
          return model;
        },
      },
      { path: file, digest: `sha256:${await hashFile(file, signal)}` },
      undefined,
    );
    if (proofs.some(({ ok }) => !ok)) return { proofs };
    const chats = Object.fromEntries(probe.chats.map((chat) => [chat.id, chatDigest(chat)]));
    return {
      proofs: [...proofs, await proveEnd(server, name, probe, signal)],
      // Only where every token was compared: counts alone are repeated on the trained model.
      ...(proofs.every(({ possible }) => possible)
        ? { shown: { tokenizer: await tokenizerDigest(server, name, signal), chats } }
        : {}),
    };
  });
}
