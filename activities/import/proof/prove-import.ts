import type { CreateRequest } from '../../../services/ollama/messages.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { answeredChats, askGreedily } from './ask-greedily.ts';
import type { ServedAnswer } from './compare-answers.ts';
import type { ImportSource } from './import-source.ts';
import { type Drift, measureDrift } from './measure-drift.ts';
import type { Probe } from './probe.ts';
import { type Proof, proven } from './proof.ts';
import { proveAnswers } from './prove-answers.ts';
import { proveArchitecture } from './prove-architecture.ts';
import { provePrompt } from './prove-prompt.ts';
import { proveTokens } from './prove-tokens.ts';

interface ImportUnderProof {
  context: StepContext<'import'>;
  server: OllamaServer;
  probe: Probe;
  parameters: Readonly<Record<string, unknown>>;
  /** Creates a staging model and returns its name. */
  create: (request: Omit<CreateRequest, 'model'>) => Promise<string>;
  source: ImportSource;
}

interface ProvenImport {
  /** Staging name of the candidate; only its system message is still missing. */
  name: string;
  proofs: Proof[];
  template: string;
  drift?: Drift;
}

interface Candidate {
  name: string;
  proofs: Proof[];
  template: string | undefined;
}

/**
 * Proves the f16 model first, from its shape to its answers, then the quantized one. Ollama loads each of them once. After
 * a failed proof there are no others, since most of them would fail for the same reason.
 */
export async function proveImport(it: ImportUnderProof): Promise<ProvenImport> {
  const { context, server, probe, source } = it;
  const { parent } = source;
  const first = await createAndProve(it, parent ?? { path: source.ggufPath, digest: source.ggufDigest }, undefined);
  const template =
    first.template === undefined
      ? "Ollama's own, which it recognised from the GGUF"
      : "translated from the training's template";
  const result = { name: first.name, proofs: first.proofs, template };
  if (hasFailed(first.proofs)) return result;

  const answers = await ask(it, first.name, parent ? 'f16 model' : 'model');
  const { stop, greedy: tokens } = proveAnswers(probe, answers, context.options.margin);
  result.proofs.push(stop, tokens);
  if (hasFailed(result.proofs) || !parent) return result;

  await server.unload(first.name, context.signal);
  const second = await createAndProve(it, { path: source.ggufPath, digest: source.ggufDigest }, first.template);
  if (hasFailed(second.proofs)) return { ...result, name: second.name, proofs: [...result.proofs, ...second.proofs] };
  const drift = measureDrift(answers, await ask(it, second.name, source.type));
  const text = `${source.type} changes the log-probability of the f16 model's tokens by ${drift.drift.toFixed(4)} on average over ${drift.tokens} tokens; ${Math.round(100 * drift.agreement)} % of its greedy tokens are equal`;
  return { ...result, name: second.name, proofs: [...result.proofs, proven('drift', text)], drift };
}

/**
 * Creates a model from a GGUF and proves its architecture, prompt and tokens. If Ollama's own template renders another
 * prompt than training, the model gets the template of the training.
 */
async function createAndProve(
  it: ImportUnderProof,
  gguf: { path: string; digest: string },
  template: string | undefined,
): Promise<Candidate> {
  const { context, server, probe, parameters, create, source } = it;
  const { signal } = context;
  await server.uploadBlob(gguf.path, gguf.digest, {
    signal,
    onBytes: (sent, total) =>
      context.progress({ phase: { code: 'uploading', facts: { file: 'the GGUF' } }, fraction: sent / total }),
  });
  const files = { 'model.gguf': gguf.digest };
  let name = await create({ files, parameters, ...(template === undefined ? {} : { template }) });
  context.progress({ phase: { code: 'proving', facts: { what: 'architecture' } } });
  const hasOwn = Object.keys(context.options.parameters).length > 0;
  const plain = hasOwn ? () => create({ files }) : undefined;
  const architecture = await proveArchitecture(server, name, source.modelPath, { plain, signal });
  if (!architecture.ok) return { name, proofs: [architecture], template };
  context.progress({ phase: { code: 'proving', facts: { what: 'prompt' } } });
  let prompt = await provePrompt(server, name, probe, signal);
  if (template === undefined && probe.goTemplate !== null && !(prompt.ok && prompt.possible)) {
    template = probe.goTemplate;
    name = await create({ from: name, template });
    prompt = await provePrompt(server, name, probe, signal);
  }
  if (!prompt.ok) return { name, proofs: [architecture, prompt], template };
  context.progress({ phase: { code: 'proving', facts: { what: 'tokens' } } });
  return { name, proofs: [architecture, prompt, await proveTokens(server, name, probe, signal)], template };
}

async function ask(it: ImportUnderProof, name: string, label: string): Promise<ServedAnswer[]> {
  const total = answeredChats(it.probe).length;
  const onAnswer = (done: number) =>
    it.context.progress({ phase: { code: 'answering', facts: { model: label, done, total } }, fraction: done / total });
  return await askGreedily(it.server, name, it.probe, { signal: it.context.signal, onAnswer });
}

const hasFailed = (proofs: readonly Proof[]) => proofs.some(({ ok }) => !ok);
