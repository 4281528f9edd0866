import type { KindHooks } from './engine/deps.ts';
import { importHooks } from './import/hooks.ts';
import { quantizeHooks } from './quantize/hooks.ts';
import { trainHooks } from './train/hooks.ts';

export const kindHooks: KindHooks = { train: trainHooks, quantize: quantizeHooks, import: importHooks };
