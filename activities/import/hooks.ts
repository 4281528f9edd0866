import type { HooksOf } from '../engine/deps.ts';
import { removeLeftModels } from '../quantize/gguf/staging-models.ts';

export const importHooks: HooksOf<'import'> = { removeLeftovers: removeLeftModels };
