import { type Handle, shortDigest } from '../../../core/handles.ts';
import type { Drift } from './measure-drift.ts';
import type { Proof } from './proof.ts';

/** Whose template the served model has: that which Ollama takes from the GGUF by itself, or temper's translation. */
export type TemplateRoute = 'own' | 'translated';

const templateWords: Readonly<Record<TemplateRoute, string>> = {
  own: "Ollama's own, which it recognised from the GGUF",
  translated: "translated from the training's template",
};

export interface ProofReport {
  name: string;
  gguf: Handle;
  type: string;
  ollama: string;
  template: TemplateRoute;
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
    `- template: ${templateWords[report.template]}`,
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

/** Names what was proven, and what could not be, with the number of chats where they are not all. */
export function namedProofs(proofs: readonly Proof[]): { proven: string[]; notProvable: string[] } {
  const namesOf = (wanted: (proof: Proof) => boolean) => proofs.filter(wanted).map(named);
  return { proven: namesOf(({ ok, possible }) => ok && possible), notProvable: namesOf(({ possible }) => !possible) };
}

/** Returns one line for the summary of the step. */
export function summariseProofs(proofs: readonly Proof[]): string {
  const { proven, notProvable } = namedProofs(proofs);
  return `proven: ${proven.join(', ')}${notProvable.length > 0 ? `; not possible: ${notProvable.join(', ')}` : ''}`;
}
