import { type Handle, shortDigest } from '../../../core/handles.ts';
import type { Drift } from './measure-drift.ts';
import type { Proof } from './proof.ts';

export interface ProofReport {
  name: string;
  gguf: Handle;
  type: string;
  ollama: string;
  /** Where the template of the served model came from. */
  template: string;
  stops: readonly string[];
  margin: number;
  proofs: readonly Proof[];
  drift?: Drift;
}

const sign = (proof: Proof) => (!proof.ok ? '✗' : proof.possible ? '✓' : '○');

/** The report as a page: what was proven, what could not be, and what was found instead. */
export function renderProof(report: ProofReport): string {
  const failed = report.proofs.filter(({ ok }) => !ok);
  return [
    `# ${failed.length === 0 ? 'The served model answers as the trained one' : 'The model in Ollama does not behave as the trained one'}`,
    '',
    `- model: \`${report.name}\`, ${report.type} (${shortDigest(report.gguf.digest)})`,
    `- Ollama ${report.ollama}`,
    `- template: ${report.template}`,
    `- stop strings: ${report.stops.map((stop) => `\`${stop}\``).join(', ') || 'none'}`,
    '',
    '✓ proven · ○ not possible here · ✗ refuted',
    '',
    ...report.proofs.map((proof) => `- ${sign(proof)} **${proof.name}**: ${proof.detail.replaceAll('\n', '\n  ')}`),
    '',
  ].join('\n');
}

/** One line for people. */
export function summariseProofs(proofs: readonly Proof[]): string {
  const names = (wanted: (proof: Proof) => boolean) => proofs.filter(wanted).map(({ name }) => name);
  const not = names(({ possible }) => !possible);
  return `proven: ${names(({ ok, possible }) => ok && possible).join(', ')}${not.length > 0 ? `; not possible: ${not.join(', ')}` : ''}`;
}
