import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Handle, ollamaName } from '../core/handles.ts';
import { TemperError } from '../core/temper-error.ts';
import { writeDurably } from '../services/durable-files.ts';
import { isSameModelName } from '../services/ollama/model-name.ts';
import { OllamaServer } from '../services/ollama.ts';
import type { Deps } from './deps.ts';
import { step } from './step.ts';

/** What a promotion is about to do, written before any tag moves: a retry tells by it what its predecessor has done. */
interface Intent {
  to: string;
  candidate: string;
  /** Digest of the model that `to` stood for; null where there was none. */
  previous: string | null;
  kept: string | null;
}

/**
 * Moves a serving tag: keep the replaced model under a tag of its own, copy, read back. Every call may be the last one
 * before a crash, and each is safe to make again.
 */
export const promote = (deps: Deps) =>
  step('promote', deps, async (context) => {
    const { options, signal } = context;
    const { to } = options;
    const server = new OllamaServer(deps.ollama.serving);
    const name = ollamaName(options.model);
    const candidate = await server.find(name, signal);
    if (!candidate)
      throw new TemperError('MODEL_NOT_IN_OLLAMA', `the candidate ${name} is not in Ollama at ${server.url} any more`, {
        remedy: 'Start a new run; the import step makes it again.',
      });
    if (candidate.digest !== options.model.digest) {
      throw new TemperError(
        'INPUT_CHANGED',
        `${name} is not the model this run has judged: ${short(options.model.digest)} was, ${short(candidate.digest)} is there now`,
      );
    }
    const result = (intent: Intent | undefined) => {
      const model: Handle = { kind: 'ollama', uri: `ollama:${to}`, digest: candidate.digest, size: candidate.size };
      const changed = intent !== undefined && intent.previous !== candidate.digest;
      const was = intent?.kept ? `; what it was before is kept as ${intent.kept}` : '';
      return {
        outputs: { model, digest: candidate.digest, replaced: (changed && intent.kept) || '', changed },
        summary: changed
          ? `${to} is now ${short(candidate.digest)}${was}`
          : `${to} was ${short(candidate.digest)} already`,
      };
    };

    const file = join(context.folder, 'promotion.json');
    const current = await server.find(to, signal);
    const read = await readIntent(file);
    const begun = read?.candidate === candidate.digest && isSameModelName(read.to, to) ? read : undefined;
    if (current?.digest === candidate.digest) return result(begun);
    // An Ollama that is killed inside the copy leaves a torn tag, which stands for nothing: what it was is in the intent.
    const intent: Intent =
      !current && begun
        ? begun
        : {
            to,
            candidate: candidate.digest,
            previous: current?.digest ?? null,
            kept: current ? keptName(to, current.digest) : null,
          };
    await writeDurably(file, JSON.stringify(intent));

    if (intent.kept && current) {
      context.progress({ phase: `keeping ${to} as ${intent.kept}` });
      if ((await server.find(intent.kept, signal))?.digest !== current.digest)
        await server.copy(to, intent.kept, signal);
      await expectDigest(server, intent.kept, current.digest, signal);
    }
    context.progress({ phase: `moving ${to}` });
    await server.copy(name, to, signal);
    await expectDigest(server, to, candidate.digest, signal);
    return result(intent);
  });

/** Ollama deletes layers that no tag names, so the replaced model gets one: the same name with a tag that tells its digest. */
export const keptName = (name: string, digest: string): string =>
  `${name.replace(/:[^/:]+$/, '')}:temper-kept-${digest.slice(7, 19)}`;

async function expectDigest(server: OllamaServer, name: string, digest: string, signal: AbortSignal): Promise<void> {
  const found = (await server.find(name, signal))?.digest;
  if (found !== digest)
    throw new TemperError(
      'OLLAMA_FAILED',
      `after the copy ${name} is ${found ? short(found) : 'missing'} and not ${short(digest)}; somebody else may be changing it`,
    );
}

/** A file torn by a crash counts as none: it is written whole or not at all. */
async function readIntent(file: string): Promise<Intent | undefined> {
  return await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Intent,
    () => undefined,
  );
}

const short = (digest: string) => digest.replace('sha256:', '').slice(0, 12);
