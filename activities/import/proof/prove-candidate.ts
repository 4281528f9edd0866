import { TemperError } from '../../../core/errors/temper-error.ts';
import type { CreateRequest } from '../../../services/ollama/messages.ts';
import { weightsUnder } from '../../../services/ollama/model-file.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { removeUpload } from '../../quantize/gguf/leftover-blobs.ts';
import type { ServedFiles } from './import-source.ts';
import type { Probe } from './probe.ts';
import type { Proof } from './proof.ts';
import { proveArchitecture } from './prove-architecture.ts';
import { refuteChat } from './prove-chat.ts';
import { provePrompt } from './prove-prompt.ts';
import { refuteContext } from './prove-room.ts';
import { type KnownChats, proveTokens } from './prove-tokens.ts';
import { tokenizerDigest } from './tokenizer-digest.ts';

export interface UnderProof {
  context: Pick<StepContext<'import'>, 'deps' | 'progress' | 'signal'>;
  server: OllamaServer;
  probe: Probe;
  /** Folder of the model that was converted. */
  modelPath: string;
  parameters: Readonly<Record<string, unknown>>;
  /** The document gives parameters of its own, which may be why the model does not load. */
  hasOwnParameters: boolean;
  /** What a small model of the base's kind has shown before the training; it counts for a file with the same tokenizer. */
  shown?: { tokenizer: string; chats: KnownChats } | undefined;
  /** Creates a staging model and returns its name. */
  create: (request: Omit<CreateRequest, 'model'>) => Promise<string>;
}

export interface Candidate {
  name: string;
  proofs: Proof[];
  /** The template that the model was given; undefined if Ollama took one by itself. */
  template: string | undefined;
}

/**
 * Creates a model and proves its architecture, prompt and tokens. If Ollama's own template renders another
 * prompt than training, the model gets the template of the training.
 */
export async function proveCandidate(
  it: UnderProof,
  files: ServedFiles,
  template: string | undefined,
): Promise<Candidate> {
  const { context, server } = it;
  const { uploads } = files;
  try {
    for (const { path, digest } of uploads)
      await server.uploadBlob(path, digest, {
        signal: context.signal,
        onBytes: (sent, total) =>
          context.progress({ phase: { code: 'uploading', facts: { file: 'the GGUF' } }, fraction: sent / total }),
      });
    return await proveUploaded(it, files, template);
  } finally {
    for (const { digest } of uploads) await removeUpload(context.deps, digest);
  }
}

async function proveUploaded(
  it: UnderProof,
  { request, weights }: ServedFiles,
  template: string | undefined,
): Promise<Candidate> {
  const { context, server, probe, parameters, create, modelPath, hasOwnParameters } = it;
  const { signal } = context;
  let name = await create({ ...request, parameters, ...(template === undefined ? {} : { template }) });
  if (weights !== undefined && (await weightsUnder(server, name, signal)) !== weights)
    throw new TemperError('INPUT_CHANGED', `${request.from} in Ollama was replaced while an adapter was put on it`);
  context.progress({ phase: { code: 'proving', facts: { what: 'architecture' } } });
  const plain = hasOwnParameters ? () => create(request) : undefined;
  const architecture = await proveArchitecture(server, name, modelPath, { plain, signal });
  if (!architecture.ok) return { name, proofs: [architecture], template };
  const short = await refuteContext(server, name, probe, { given: parameters.num_ctx, signal });
  if (short) return { name, proofs: [architecture, short], template };
  context.progress({ phase: { code: 'proving', facts: { what: 'prompt' } } });
  let prompt = await provePrompt(server, name, probe, signal);
  if (template === undefined && probe.goTemplate !== null && !(prompt.ok && prompt.possible)) {
    template = probe.goTemplate;
    name = await create({ from: name, template });
    prompt = await provePrompt(server, name, probe, signal);
  }
  if (!prompt.ok) return { name, proofs: [architecture, prompt], template };
  context.progress({ phase: { code: 'proving', facts: { what: 'tokens' } } });
  const isSame = it.shown !== undefined && (await tokenizerDigest(server, name, signal)) === it.shown.tokenizer;
  const known = isSame ? it.shown!.chats : {};
  const tokens = await proveTokens(server, name, probe, { signal, known });
  const chat = tokens.ok ? await refuteChat(server, name, probe, signal) : undefined;
  return { name, proofs: [architecture, prompt, chat ?? tokens], template };
}
