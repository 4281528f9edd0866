import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ollamaTypes } from '../../../core/kinds/ollama-converter.ts';
import { isQuantized } from '../../../core/quantization/types.ts';
import { hashFile } from '../../../services/store/durable-files.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { wholeModel } from '../../import/proof/import-source.ts';
import { proveEnd } from '../../import/proof/prove-end.ts';
import { chatDigest } from '../../import/proof/prove-tokens.ts';
import { tokenizerDigest } from '../../import/proof/tokenizer-digest.ts';
import type { Engine } from '../gguf/choose-engine.ts';
import { convertModel } from '../gguf/convert.ts';
import { checkMeasurable } from '../measured/measure-drift.ts';
import type { Shell } from './make-shell.ts';
import type { Trial, WantedRoute } from './route.ts';
import { failureIn, serveShell } from './serve-shell.ts';

/** Converts the shell by one engine and, if it `isServed`, proves what the serving Ollama makes of the file. */
export async function tryEngine(
  context: WorkContext,
  shell: Shell,
  {
    engine,
    type,
    isServed,
    isMeasured,
  }: { engine: Engine; type: string } & Pick<WantedRoute, 'isServed' | 'isMeasured'>,
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
    // Without rows it only looks whether the weights of the file can be found in the model.
    if (isMeasured && isQuantized(type)) await checkMeasurable(context, { model: shell.path, parent: files.first });
    if (!isServed) return { engine, proofs: [] };
    return { engine, ...(await proveServed(context, shell, isQuantized(type) ? files.second : files.first)) };
  } catch (error) {
    return { engine, proofs: [], failure: failureIn(error) };
  }
}

async function proveServed(context: WorkContext, shell: Shell, file: string): Promise<Pick<Trial, 'proofs' | 'shown'>> {
  const { signal } = context;
  const { probe } = shell;
  const files = wholeModel({ path: file, digest: `sha256:${await hashFile(file, signal)}` });
  return await serveShell(context, shell, files, async (server, { name, proofs }) => {
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
