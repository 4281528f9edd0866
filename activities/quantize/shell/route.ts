import type { ErrorCode } from '../../../core/errors/catalogue.ts';
import type { StepOptions } from '../../../core/kinds/registry.ts';
import type { Proof } from '../../import/proof/proof.ts';
import type { KnownChats } from '../../import/proof/prove-tokens.ts';
import type { Engine } from '../gguf/choose-engine.ts';

/** What a training's model will go through. */
export interface WantedRoute {
  /** A folder, or a name of the Hub. */
  base: string;
  /** The file with the training's template; absent: the base's own. */
  template?: string;
  /** The training leaves out thoughts, so its template asks for none. */
  thoughts?: 'drop';
  type: string;
  engine: 'auto' | Engine;
  /** The model is imported, so what Ollama makes of it is proven too. */
  isServed: boolean;
  /** What quantization changes in it is measured. */
  isMeasured?: true;
  /** Only the adapter is imported, on the base that Ollama has: its layers, and the model that the document names. */
  adapter?: { lora: StepOptions['train']['lora']; onto?: string };
}

/** One converter's try. */
export interface Trial {
  engine: Engine;
  /** Of what the serving Ollama made of the file; none if it was not imported. */
  proofs: readonly Proof[];
  /** What need not be shown again on the trained model: the tokens of these chats, with this tokenizer. */
  shown?: { tokenizer: string; chats: KnownChats };
  /** Why there is no file. */
  failure?: { code: ErrorCode; message: string };
}

/** What a shell of a base has shown, as the store keeps it. */
export interface Route {
  /** `proven`: by the shell. `refused`: by each converter. `unknown`: there is no shell of this base. */
  verdict: 'proven' | 'refused' | 'unknown';
  /** Why there is no shell. */
  problem?: string;
  /** The converter that was chosen, and why. */
  engine?: Engine;
  reason?: string;
  /** Digest of the chat template. */
  template: string | null;
  architecture: string | null;
  trials: readonly Trial[];
  /** Version of the Ollama that it was proven on. */
  ollama?: string;
}

export const isGood = ({ proofs, failure }: Trial): boolean => !failure && proofs.every(({ ok }) => ok);
