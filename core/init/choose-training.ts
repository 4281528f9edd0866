import { type ChosenBase, margin } from './choose-base.ts';
import type { Capacity, RowFacts } from './facts.ts';
import { parametersOfRank, tokensThatFit } from './needs.ts';
import { because, type Chosen } from './reasons.ts';

/** Assumed of a base of unknown size. */
const assumedParameters = 7e9;
/** Rows of the training that are held out to measure its loss. */
export const heldOut = 0.1;

/** Chooses the options of the training. `learned`: rows that are not part of the exam. */
export function chooseTraining(rows: RowFacts, learned: number, base: ChosenBase, capacity: Capacity): Chosen[] {
  const trained = Math.max(1, Math.round((1 - heldOut) * learned));
  const parameters = base.parameters ?? assumedParameters;
  const fits = Math.max(64, tokensThatFit(parameters, base.weights, capacity));
  const length = chooseLength(rows, fits, base.context);
  const epochs = chooseEpochs(trained);
  const rowsPerStep = trained < 100 ? 4 : trained < 1000 ? 8 : 16;
  const tokens = Math.min(Number(length.value), margin * rows.row_tokens.p95);
  const batch = powerBelow(Math.min(rowsPerStep, fits / tokens, capacity.device === 'cuda' ? 16 : 1024 / tokens));
  const steps = Math.ceil((Number(epochs.value) * trained) / rowsPerStep);
  const rank = chooseRank(rows, parameters);
  const perStep = because('rows-per-step', { rowsPerStep, rows: trained });
  const option = (name: string, value: Chosen['value'], why: Chosen['because']): Chosen => ({
    step: 'train',
    option: name,
    value,
    because: why,
  });
  return [
    epochs,
    option('batch_size', batch, batch < rowsPerStep ? because('batch-by-memory', { tokens: fits }) : perStep),
    ...(batch < rowsPerStep ? [option('gradient_accumulation', rowsPerStep / batch, perStep)] : []),
    option('learning_rate', rateOf(parameters), because('rate-of-size', base.parameters ? { parameters } : {})),
    length,
    ...chooseWeights(base, capacity),
    rank,
    option('lora.alpha', 2 * Number(rank.value), because('scale-of-rank', {})),
    ...(trained < 1000 ? [option('lora.dropout', 0.05, because('dropout-few-rows', { rows: trained }))] : []),
    option('lora.target_modules', 'all-linear', because('all-layers', {})),
    option('checkpoint.every_steps', within(Math.round(steps / 5), 5, 200), because('saves-of-steps', { steps })),
    ...(steps <= 100 ? [option('log_every_steps', 1, because('few-steps', { steps }))] : []),
  ];
}

/** A target of 100 to 25,000 rows seen in all, and three epochs between: OpenAI's rule for chat models. */
export function chooseEpochs(rows: number): Chosen {
  const usual = 3;
  const [value, why] =
    rows * usual < 100
      ? ([Math.min(25, Math.floor(100 / rows)), because('epochs-few-rows', { rows })] as const)
      : rows * usual > 25_000
        ? ([Math.max(1, Math.floor(25_000 / rows)), because('epochs-many-rows', { rows })] as const)
        : ([usual, because('epochs-usual', { rows })] as const);
  return { step: 'train', option: 'epochs', value, because: why };
}

function chooseLength({ row_tokens: { longest, p95 } }: RowFacts, fits: number, context = 32_768): Chosen {
  const wanted = Math.max(128, upTo(64, margin * longest));
  const most = Math.min(fits, context);
  const chosen = { step: 'train', option: 'max_length' } as const;
  if (wanted <= most) return { ...chosen, value: wanted, because: because('length-of-longest', { longest }) };
  const why =
    context <= fits
      ? because('length-by-context', { longest, context })
      : because('length-by-memory', { longest, p95 });
  return { ...chosen, value: Math.max(64, 64 * Math.floor(most / 64)), because: why };
}

/** The adapter has at least as many parameters as there are tokens to learn. */
function chooseRank({ answer_tokens }: RowFacts, parameters: number): Chosen {
  const tokens = answer_tokens.total;
  const ranks = [8, 16, 32, 64];
  const value = ranks.find((each) => each * parametersOfRank(parameters) >= tokens) ?? 64;
  const facts = { tokens, parameters: Math.round((value * parametersOfRank(parameters)) / 1e5) * 1e5 };
  return { step: 'train', option: 'lora.r', value, because: because('rank-of-tokens', facts) };
}

function chooseWeights({ weights }: ChosenBase, { device, deviceMemory = 0, memory }: Capacity): Chosen[] {
  if (weights === '4-bit')
    return [
      {
        step: 'train',
        option: 'load_in_4bit',
        value: true,
        because: because('weights-4-bit', { memory: deviceMemory }),
      },
    ];
  return device === 'cpu' && weights === 'bf16'
    ? [{ step: 'train', option: 'precision', value: 'bf16', because: because('weights-16-bit', { memory }) }]
    : [];
}

/** Smaller models take higher rates. */
const rateOf = (parameters: number): number =>
  parameters < 0.3e9 ? 1e-3 : parameters < 2e9 ? 5e-4 : parameters < 10e9 ? 2e-4 : 1e-4;

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
export const upTo = (step: number, value: number): number => step * Math.ceil(value / step);
const powerBelow = (value: number) => 2 ** Math.max(0, Math.floor(Math.log2(value)));
