import type { Handle } from '../../../core/handles.ts';
import type { Manifest } from '../../../services/store/manifest.ts';

/** A GGUF to import, with the merged model that the proofs compare it with. */
export interface ImportSource {
  ggufPath: string;
  ggufDigest: string;
  type: string;
  /** The f16 GGUF that it was quantized from; absent if it is not quantized. */
  parent?: { path: string; digest: string };
  model: Handle;
  modelPath: string;
  lineage: Manifest['meta'];
}
