import { z } from 'zod';
import { megabytes } from '../words/megabytes.ts';
import { plural } from '../words/plural.ts';
import type { MeasuredType } from './choose-type.ts';

const measuredType = z.object({
  type: z.string(),
  imatrix: z.boolean(),
  bytes: z.number(),
  kl: z.number(),
  kl_error: z.number(),
  same_top: z.number(),
  logprob: z.number(),
  bits_per_byte: z.number().optional(),
}) satisfies z.ZodType<MeasuredType>;

/** What a quantize step measured, as its report in the store has it. */
export const driftReportSchema = z.object({
  /** Name of the base model; of one that comes from a quantized file it says so. */
  base: z.string().nullable(),
  rows: z.object({
    side: z.enum(['held-out', 'training']),
    rows: z.number(),
    tokens: z.number(),
    /** UTF-8 bytes of the answers' text, from which bits per byte come; absent in older reports, as these are. */
    bytes: z.number().optional(),
    dataset: z.string(),
  }),
  parent: z.object({ bytes: z.number(), logprob: z.number(), bits_per_byte: z.number().optional() }),
  /** The base model before the training, on the same rows; null where it is not at hand. */
  before: z.object({ logprob: z.number(), bits_per_byte: z.number() }).nullish(),
  /** `max_drift`; null without one. */
  bound: z.number().nullable(),
  imatrix: z.object({ rows: z.number(), tokens: z.number() }).nullable(),
  /** Which of `types` is the step's GGUF file; null if none was within the bound. */
  taken: z.number().nullable(),
  types: z.array(measuredType),
});
export type DriftReport = z.infer<typeof driftReportSchema>;

/** Four digits after the point hide what `q8_0` changes. */
export const driftNumber = (kl: number): string => (kl < 0.01 ? kl.toFixed(5) : kl.toFixed(4));

export const bitsNumber = (bits: number | undefined): string => bits?.toFixed(3) ?? '–';

export const sharePercent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const typeName = ({ type, imatrix }: Pick<MeasuredType, 'type' | 'imatrix'>): string =>
  imatrix ? `${type} (imatrix)` : type;

/** The file that the step has taken. */
export const takenOf = ({ taken, types }: DriftReport): MeasuredType | undefined =>
  taken === null ? undefined : types[taken];

/** The same type without the importance matrix, where it was made for the comparison. */
export function plainOf(report: DriftReport): MeasuredType | undefined {
  const taken = takenOf(report);
  return taken?.imatrix ? report.types.find(({ type, imatrix }) => type === taken.type && !imatrix) : undefined;
}

const sideWords = ({ rows: { side, rows, tokens } }: DriftReport): string =>
  `${plural(tokens, 'token')} of answers in ${rows} ${side} ${rows === 1 ? 'row' : 'rows'}`;

/** How well the file and the base model predict the text; empty in older reports. */
function bitsWords({ before }: DriftReport, taken: MeasuredType): string {
  if (taken.bits_per_byte === undefined) return '';
  return `; ${bitsNumber(taken.bits_per_byte)} bits a byte${before ? `, the base model ${bitsNumber(before.bits_per_byte)}` : ''}`;
}

/** One sentence for the summary of the step. */
export function driftSummary(report: DriftReport): string {
  const taken = takenOf(report);
  if (!taken) return `no type within ${report.bound}`;
  const others = new Set(report.types.map(({ type }) => type)).size;
  const rule =
    report.bound === null
      ? ''
      : others > 1
        ? `, the smallest of ${others} types within ${report.bound}`
        : ` within ${report.bound}`;
  const plain = plainOf(report);
  const gain = plain ? `; without the importance matrix ${driftNumber(plain.kl)}` : '';
  return `drift ${driftNumber(taken.kl)} ± ${driftNumber(taken.kl_error)} nats a token${rule}, ${sharePercent(taken.same_top)} of the greedy tokens agree, on ${sideWords(report)}${gain}${bitsWords(report, taken)}`;
}

/** The figures of each type, for a failure and for the log. */
export function driftTable(report: DriftReport): string {
  const head = ['type', 'MB', 'drift', '±', 'same token', 'log-probability', 'bits per byte'];
  const predicted = ({ logprob, bits_per_byte }: Pick<MeasuredType, 'logprob' | 'bits_per_byte'>) => [
    logprob.toFixed(4),
    bitsNumber(bits_per_byte),
  ];
  const parent = ['f16', megabytes(report.parent.bytes), '0', '0', '100 %', ...predicted(report.parent)];
  const before = report.before ? [['base model', '–', '–', '–', '–', ...predicted(report.before)]] : [];
  const rows = report.types
    .filter(({ type }) => type !== 'f16')
    .map((each) => [
      typeName(each),
      megabytes(each.bytes),
      driftNumber(each.kl),
      driftNumber(each.kl_error),
      sharePercent(each.same_top),
      ...predicted(each),
    ]);
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...[...rows, parent, ...before].map(line)].join('\n');
}

/** The report as Markdown. */
export function renderDrift(report: DriftReport): string {
  const { bound, imatrix, base } = report;
  const taken = takenOf(report);
  return [
    `# ${taken ? `${typeName(taken)}: ${driftSummary(report)}` : `No type changes the model by less than ${bound}`}`,
    '',
    driftTable(report),
    '',
    '`drift` is the mean KL divergence KL(f16 || type) in nats per token: Σ p·(ln p − ln q) over the vocabulary. `±` is its standard error over rows. `same token` is the share of places where both hold the same token most likely.',
    `Measured on ${sideWords(report)}, rendered as in the training.${report.rows.side === 'training' ? ' The dataset has no held-out rows.' : ''}`,
    ...(report.rows.bytes === undefined
      ? []
      : [
          `\`bits per byte\` is −Σ log₂ p over the tokens of the answers' text, by its ${plural(report.rows.bytes, 'byte')} in UTF-8; end tokens are left out. Lower is better. It compares models with different tokenizers on the same rows.${report.before ? '' : ' The base model was not at hand, so it is not in the table.'}`,
        ]),
    ...(imatrix
      ? [`Importance matrix: ${plural(imatrix.tokens, 'token')} of ${plural(imatrix.rows, 'training row')}.`]
      : []),
    ...(base === null
      ? []
      : [`Base model: ${base}. What a quantized base had lost before the training is not part of these figures.`]),
    '',
  ].join('\n');
}
