import type { Asking } from '../../services/ollama/greedy-question.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';

/** A model that is asked, under a name that Ollama has. */
export interface ComparedModel {
  /** Its part in the run that names it; `named` for one that a person has named. */
  role: 'before' | 'after' | 'production' | 'named';
  name: string;
  digest: string;
  run?: string;
}

/** Models to compare, and how they are asked. */
export interface Compared {
  server: OllamaServer;
  models: readonly ComparedModel[];
  asking: Asking;
}

export const roleWords: Readonly<Record<ComparedModel['role'], string>> = {
  before: 'before the training',
  after: 'after the training',
  production: 'in production',
  named: '',
};
