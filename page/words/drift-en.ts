import type { DriftReport } from '../../core/quantization/drift-report.ts';
import type { Format } from './format.ts';

type Rows = DriftReport['rows'];

export const driftIn = ({ number }: Format) => ({
  type: 'Type',
  size: 'Size',
  drift: 'Drift',
  sameToken: 'Same token',
  logprob: 'Log-probability',
  bits: 'Bits per byte',
  before: 'base model',
  taken: 'taken',
  plain: 'without the matrix',
  weighed: 'importance matrix',
  what: 'Drift is the mean KL divergence from the f16 model in nats a token, with its standard error. “Same token” counts where both hold the same token most likely.',
  bitsWhat: (bytes: number) =>
    `Bits per byte: −Σ log₂ p over the tokens of the answers’ text, by its ${number(bytes)} UTF-8 bytes, without end tokens. Lower is better, and it compares models with different tokenizers on the same rows.`,
  measured: ({ side, rows, tokens }: Rows) =>
    `Measured on ${number(tokens)} tokens of the answers in ${number(rows)} ${side === 'held-out' ? 'held-out' : 'training'} rows${side === 'training' ? ', since the dataset has none that are held out' : ''}.`,
  bound: (bound: number) => `The smallest type with a drift of at most ${bound} was wanted.`,
  matrix: ({ rows, tokens }: NonNullable<DriftReport['imatrix']>) =>
    `The importance matrix is of ${number(tokens)} tokens in ${number(rows)} training rows.`,
  base: (base: string) =>
    `Base model: ${base}. If it was quantized before the training, that loss is not part of these figures.`,
});
