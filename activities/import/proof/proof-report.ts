import { type Handle, shortDigest } from '../../../core/handles.ts';
import type { Drift } from './measure-drift.ts';
import type { Proof } from './proof.ts';

export interface ProofReport {
  name: string;
  gguf: Handle;
  type: string;
  ollama: string;
  /** Origin of the served model's template. */
  template: string;
  stops: readonly string[];
  margin: number;
  proofs: readonly Proof[];
  drift?: Drift;
}

const sign = (proof: Proof) => (!proof.ok ? '✗' : proof.possible ? '✓' : '○');

/** Renders the report as Markdown. */
export function renderProof(report: ProofReport): string {
  const failed = report.proofs.filter(({ ok }) => !ok);
  return [
    `# ${failed.length === 0 ? 'The model in Ollama behaves like the trained model' : 'The model in Ollama does not behave like the trained model'}`,
    '',
    `- model: \`${report.name}\`, ${report.type} (${shortDigest(report.gguf.digest)})`,
    `- Ollama ${report.ollama}`,
    `- template: ${report.template}`,
    `- stop strings: ${report.stops.map((stop) => `\`${stop}\``).join(', ') || 'none'}`,
    '',
    '✓ proven · ○ not possible here · ✗ refuted',
    '',
    ...report.proofs.map((proof) => `- ${sign(proof)} **${named(proof)}**: ${proof.detail.replaceAll('\n', '\n  ')}`),
    '',
  ].join('\n');
}

const named = ({ name, coverage }: Proof) =>
  coverage && coverage.compared < coverage.of ? `${name} (${coverage.compared} of ${coverage.of} chats)` : name;

/** Returns one line for the summary of the step. */
export function summariseProofs(proofs: readonly Proof[]): string {
  const namesOf = (wanted: (proof: Proof) => boolean) => proofs.filter(wanted).map(named);
  const impossible = namesOf(({ possible }) => !possible);
  return `proven: ${namesOf(({ ok, possible }) => ok && possible).join(', ')}${impossible.length > 0 ? `; not possible: ${impossible.join(', ')}` : ''}`;
}
