import type { StepContext } from '../../engine/step-context.ts';
import { answeredChats, askGreedily } from './ask-greedily.ts';
import type { ServedAnswer } from './compare-answers.ts';
import type { ImportSource } from './import-source.ts';
import { type Drift, measureDrift } from './measure-drift.ts';
import { type Proof, proven } from './proof.ts';
import type { TemplateRoute } from './proof-report.ts';
import { proveAnswers } from './prove-answers.ts';
import { proveCandidate, type UnderProof } from './prove-candidate.ts';
import { proveEffect } from './prove-effect.ts';

interface ImportUnderProof extends UnderProof {
  context: StepContext<'import'>;
  source: ImportSource;
  /** How far the first choice of the trained model must lie ahead of the second for another one to count. */
  margin: number;
}

interface ProvenImport {
  /** Staging name of the candidate; only its system message is still missing. */
  name: string;
  proofs: Proof[];
  template: TemplateRoute;
  drift?: Drift;
}

/**
 * Proves the f16 model first, from its shape to its answers, then the quantized one; an adapter has no such parent. Ollama
 * loads each of them once. After a failed proof there are no others, since most of them would fail for the same reason.
 */
export async function proveImport(it: ImportUnderProof): Promise<ProvenImport> {
  const { context, server, probe, source } = it;
  const { parent } = source;
  const first = await proveCandidate(it, parent ?? source.files, undefined);
  const template = first.template === undefined ? 'own' : 'translated';
  const result: ProvenImport = { name: first.name, proofs: first.proofs, template };
  if (hasFailed(first.proofs)) return result;

  const answers = await ask(it, first.name, parent ? 'f16 model' : 'model');
  const { stop, greedy } = proveAnswers(probe, answers, it.margin);
  const effect = proveEffect(probe, answers);
  result.proofs.push(stop, greedy, ...(effect ? [effect.proof] : []));
  if (hasFailed(result.proofs) || !parent) return { ...result, ...(effect ? { drift: effect.drift } : {}) };

  await server.unload(first.name, context.signal);
  const second = await proveCandidate(it, source.files, first.template);
  if (hasFailed(second.proofs)) return { ...result, name: second.name, proofs: [...result.proofs, ...second.proofs] };
  const drift = measureDrift(answers, await ask(it, second.name, source.type));
  const text = `${source.type} changes the log-probability of the f16 model's tokens by ${drift.drift.toFixed(4)} on average over ${drift.tokens} tokens; ${Math.round(100 * drift.agreement)} % of its greedy tokens are equal`;
  return { ...result, name: second.name, proofs: [...result.proofs, proven('drift', text)], drift };
}

async function ask(it: ImportUnderProof, name: string, label: string): Promise<ServedAnswer[]> {
  const total = answeredChats(it.probe).length;
  const onAnswer = (done: number) =>
    it.context.progress({ phase: { code: 'answering', facts: { model: label, done, total } }, fraction: done / total });
  return await askGreedily(it.server, name, it.probe, { signal: it.context.signal, onAnswer });
}

const hasFailed = (proofs: readonly Proof[]) => proofs.some(({ ok }) => !ok);
