import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../../services/store/durable-files.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { askGreedily } from '../../import/proof/ask-greedily.ts';
import { adapterOn, type BaseInOllama, modelInOllama, wholeModel } from '../../import/proof/import-source.ts';
import { type Probe, readProbe } from '../../import/proof/probe.ts';
import { proveEffect } from '../../import/proof/prove-effect.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import { convertAdapter, convertByLlamaCpp } from '../gguf/by-llama-cpp.ts';
import type { Shell } from './make-shell.ts';
import type { Trial } from './route.ts';
import { failureIn, serveShell } from './serve-shell.ts';

const engine = 'llama.cpp';
const margin = 0.05;
/** Tokens of each answer: of random weights, so their number is what counts. */
const maxTokens = 12;

/**
 * Puts an adapter of random numbers on the shell in the serving Ollama and compares its answers with those in transformers:
 * whether this Ollama applies adapters to models of this kind, with these layers. Then renders and reads the probe chats by
 * the real base, whose file no conversion changes any more.
 */
export async function tryAdapter(
  context: WorkContext,
  shell: Shell & { adapter: string },
  base: BaseInOllama & { path: string },
): Promise<Trial> {
  const folder = join(shell.path, '..', 'on-base');
  await mkdir(folder, { recursive: true });
  try {
    const onShell = await proveOnShell(context, shell, folder);
    if (onShell.some(({ ok }) => !ok)) return { engine, proofs: onShell };
    // Whether a BOS is added is said by the file that Ollama has, and by the base that was made of it.
    const probe = await probeWith(context, { model: base.path, adapter: shell.adapter, max_tokens: 0 }, folder);
    const onBase = await serveShell(
      context,
      { path: base.path, probe },
      modelInOllama(base),
      async (_, { proofs }) => ({
        proofs,
      }),
    );
    return { engine, proofs: [...onBase.proofs, ...onShell.filter(({ name }) => name === 'adapter')] };
  } catch (error) {
    return { engine, proofs: [], failure: failureIn(error) };
  }
}

async function proveOnShell(context: WorkContext, { path, adapter }: Shell & { adapter: string }, folder: string) {
  const { signal } = context;
  const out = { model: join(folder, 'shell.gguf'), adapter: join(folder, 'adapter.gguf') };
  await convertByLlamaCpp(context, path, 'f16', out.model);
  await convertAdapter(context, { base: path, adapter, out: out.adapter });
  const probe = await probeWith(context, { model: path, adapter, max_tokens: maxTokens }, folder);
  const [model, lora] = await Promise.all(
    [out.model, out.adapter].map(async (file) => ({ path: file, digest: `sha256:${await hashFile(file, signal)}` })),
  );
  const files = adapterOn(wholeModel(model!), lora!);
  const { proofs } = await serveShell(context, { path, probe }, files, async (server, { name, proofs }) => {
    const answers = await askGreedily(server, name, probe, { signal, onAnswer: () => {} });
    const effect = proveEffect(probe, answers);
    return { proofs: [...proofs, ...(effect ? [effect.proof] : [])] };
  });
  return proofs;
}

async function probeWith(
  context: WorkContext,
  asked: { model: string; adapter: string; max_tokens: number },
  folder: string,
): Promise<Probe> {
  const out = join(folder, 'probe.json');
  await runTrainer(context, 'probe', { ...asked, out, questions: [], margin });
  return readProbe(await readFile(out, 'utf8'));
}
