import type { StepContext } from '../../engine/step-context.ts';

/** What a conversion works with, in a step or before a run. */
export type ConversionContext = Pick<
  StepContext<'quantize'>,
  'deps' | 'folder' | 'logFile' | 'signal' | 'log' | 'progress'
>;
