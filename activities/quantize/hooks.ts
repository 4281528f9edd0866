import type { HooksOf } from '../engine/deps.ts';
import { removeLeftModels } from './gguf/staging-models.ts';
import { preflight } from './preflight.ts';

export const quantizeHooks: HooksOf<'quantize'> = { preflight, removeLeftovers: removeLeftModels };
