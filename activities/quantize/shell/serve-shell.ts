import type { ErrorCode } from '../../../core/errors/catalogue.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import type { WorkContext } from '../../engine/deps.ts';
import type { ServedFiles } from '../../import/proof/import-source.ts';
import { type Candidate, proveCandidate } from '../../import/proof/prove-candidate.ts';
import { StagingModels } from '../gguf/staging-models.ts';
import type { Shell } from './make-shell.ts';
import type { Trial } from './route.ts';

/** Failures that say something about the model; any other one is about the machine and passes. */
const verdicts: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'OLLAMA_FAILED',
  'CONVERSION_FAILED',
  'UNSUPPORTED_ARCHITECTURE',
  'UNSUPPORTED_ADAPTER',
  'UNKNOWN_PRETOKENIZER',
  'BASE_INCOMPLETE',
  'BASE_UNREADABLE',
  'TOOL_MISSING',
]);

/** What a try's error says about the model. Throws the error again where it says nothing. */
export function failureIn(error: unknown): NonNullable<Trial['failure']> {
  if (!(error instanceof TemperError) || !verdicts.has(error.code) || /memory/i.test(error.message)) throw error;
  return { code: error.code, message: error.message };
}

/** One thread: those of a shell would wait for each other. No device: a training may fill its memory. */
const parameters = { num_thread: 1, num_gpu: 0, num_ctx: 2048 };

/** Creates a model of a shell in the serving Ollama and proves what does not depend on answers; then asks for `more`. */
export async function serveShell(
  context: WorkContext,
  { path, probe }: Pick<Shell, 'path' | 'probe'>,
  files: ServedFiles,
  more: (server: OllamaServer, candidate: Candidate) => Promise<Pick<Trial, 'proofs' | 'shown'>>,
): Promise<Pick<Trial, 'proofs' | 'shown'>> {
  const server = new OllamaServer(context.deps.ollama.serving);
  const { signal } = context;
  return await StagingModels.use(context, async (staging) => {
    const candidate = await proveCandidate(
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
      files,
      undefined,
    );
    return candidate.proofs.some(({ ok }) => !ok) ? { proofs: candidate.proofs } : await more(server, candidate);
  });
}
