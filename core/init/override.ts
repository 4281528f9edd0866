import type { Choices } from './choose.ts';
import { because, type Chosen } from './reasons.ts';

/** Choices of our own that make no sense beside a given one: `gradient_accumulation` was chosen for another batch. */
const fallsWith: Readonly<Record<string, readonly string[]>> = {
  batch_size: ['gradient_accumulation'],
  'lora.r': ['lora.alpha'],
  load_in_8bit: ['load_in_4bit'],
};

/** Puts options that a person has decided elsewhere in place of the chosen ones. */
export function override(choices: Choices, given: readonly Chosen[]): Choices {
  const dropped = new Set(
    given.flatMap(({ step, option }) => [option, ...(fallsWith[option] ?? [])].map((each) => `${step}.${each}`)),
  );
  const isSame = (one: Chosen, other: Chosen) => one.step === other.step && one.option === other.option;
  const rank = given.find(({ option }) => option === 'lora.r');
  const scale = {
    step: 'train',
    option: 'lora.alpha',
    value: 2 * Number(rank?.value),
    because: because('scale-of-rank', {}),
  } as const;
  const all = rank && !given.some((each) => isSame(each, scale)) ? [...given, scale] : given;
  // In the place of the choice that they replace.
  const kept = choices.options.flatMap(
    (chosen) =>
      all.find((each) => isSame(each, chosen)) ?? (dropped.has(`${chosen.step}.${chosen.option}`) ? [] : chosen),
  );
  return { ...choices, options: [...kept, ...all.filter((each) => !kept.includes(each))] };
}
