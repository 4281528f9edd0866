import type { z } from 'zod';
import { beginShapes } from './begin-shapes.ts';
import { comparisonShapes } from './comparison-shapes.ts';
import { machineShapes } from './machine-shapes.ts';
import { modelShapes } from './model-shapes.ts';
import { reportShapes } from './report-shapes.ts';
import { runShapes } from './run-shapes.ts';

/** What each command prints with `--json`. A key may be added; none is removed or renamed. */
export const jsonShapes = {
  ...beginShapes,
  ...runShapes,
  ...reportShapes,
  ...comparisonShapes,
  ...modelShapes,
  ...machineShapes,
} as const;

export type JsonCommand = keyof typeof jsonShapes;
export type JsonOf<C extends JsonCommand> = z.input<(typeof jsonShapes)[C]>;
