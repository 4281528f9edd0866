import color from 'picocolors';
import { phaseWords } from '../../core/words/phases.ts';
import type { Progress } from '../../protocol/progress.ts';
import { duration } from './text/duration.ts';
import { printable } from './text/printable.ts';
import { sparkline } from './text/sparkline.ts';

/** How much room a bar and a curve get, in columns. Without a curve a line is for a log. */
export interface Graphics {
  bar: number;
  curve?: number;
}

const inLogs: Graphics = { bar: 20 };

/** How far a step is, in the order of what a person asks first: a narrow terminal breaks between them. */
export function progressParts(progress: Progress, graphics = inLogs): string[] {
  const { step, max_steps, phase } = progress;
  const words = printable(phaseWords(phase)).replaceAll('\n', ' ');
  if (step === undefined || max_steps === undefined)
    return progress.fraction === undefined ? [words] : [bar(progress.fraction, graphics.bar), words];
  const steps = `${bar(step / max_steps, graphics.bar)} step ${step}/${max_steps}`;
  const isTraining = phase.code === 'training' || phase.code === 'training_beside_gpus';
  return isTraining ? [steps, ...figures(progress, graphics)] : [steps, words];
}

function figures(progress: Progress, { curve }: Graphics): string[] {
  const { loss, losses = [], eval_loss, tokens_per_second, eta_seconds, checkpoint } = progress;
  const shape = curve !== undefined && losses.length > 1 ? ` ${sparkline(losses, curve)}` : '';
  return [
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}${shape}`]),
    ...(eval_loss === undefined ? [] : [`evaluation loss ${eval_loss.toFixed(3)}`]),
    ...(tokens_per_second === undefined ? [] : [`${Math.round(tokens_per_second)} tokens/s`]),
    ...(eta_seconds === undefined ? [] : [`${duration(eta_seconds * 1000)} left`]),
    ...(checkpoint === undefined ? [] : [color.dim(`checkpoint ${checkpoint}`)]),
  ];
}

function bar(fraction: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `${'█'.repeat(full)}${color.dim('░'.repeat(width - full))}`;
}
