import type { z } from 'zod';
import { type StepKind, stepOptions } from '../kinds/registry.ts';
import type { Chosen } from './reasons.ts';

export interface Counterpart {
  step: 'data' | 'train';
  option: string;
  /** The value that the key means if it is on: `bf16: true` is `precision: bf16`. */
  means?: string;
}

interface Found {
  value: Chosen['value'];
  /** Where the value decides which option it is. */
  option?: string;
}

/**
 * A value of another trainer as the option has it. `none`: it means that the option is not used. Undefined where the option
 * cannot have such a value.
 */
export function foreignValue(
  kind: StepKind,
  { option, means }: Pick<Counterpart, 'option' | 'means'>,
  given: unknown,
): Found | 'none' | 'template-by-name' | undefined {
  if (means !== undefined) return meant(option, means, given);
  if (option === 'template' && typeof given === 'string' && !/[./]/.test(given)) return 'template-by-name';
  if (option === 'max_steps' && Number(given) <= 0) return 'none';
  const found = { value: spelt(option, given) };
  return takes(kind, option, found.value) ? (found as Found) : undefined;
}

/** `bf16: true`, `quantization_bit: 4`, `qlora: true`. */
function meant(option: string, means: string, given: unknown): Found | 'none' | undefined {
  if (given === false || given === 'false') return 'none';
  if (option === 'precision')
    return given === 'auto' ? { value: 'auto' } : given === true ? { value: means } : undefined;
  if (given === true || Number(given) === 4) return { value: true };
  return Number(given) === 8 ? { value: true, option: 'load_in_8bit' } : undefined;
}

const modules = (given: string): string | string[] =>
  /^all(?:-linear)?$/.test(given) ? 'all-linear' : given.split(',').map((name) => name.trim());

function spelt(option: string, given: unknown): unknown {
  if (option === 'lora.target_modules' && typeof given === 'string') return modules(given);
  if (option === 'gradient_checkpointing' && given === 'unsloth') return true;
  if (option === 'precision' && given === 'no') return 'fp32';
  if (typeof given === 'string' && given.trim() !== '' && Number.isFinite(Number(given))) return Number(given);
  if (option === 'early_stop.patience' || typeof given !== 'string') return given;
  return given === 'true' ? true : given === 'false' ? false : given;
}

/** Asks the definition of the option, so that what is written is valid. */
function takes(kind: StepKind, path: string, value: unknown): boolean {
  const [first, second] = path.split('.') as [string, string?];
  const shape = stepOptions[kind].shape as Record<string, z.ZodType>;
  const given = second === undefined ? value : { [second]: value };
  return shape[first]?.safeParse(given).success === true;
}
