/** A file that was made and measured. */
export interface MeasuredType {
  type: string;
  /** Made with an importance matrix. */
  imatrix: boolean;
  bytes: number;
  /** Mean KL divergence from the f16 model, in nats per token. */
  kl: number;
  /** Its standard error. */
  kl_error: number;
  /** Share of places at which both hold the same token most likely. */
  same_top: number;
  /** Mean log-probability of the rows' tokens. */
  logprob: number;
  /** Of the text of their answers; absent in what temper measured before it told that. */
  bits_per_byte?: number | undefined;
}

/** Takes the smallest file within the bound; of equal size, the one that changes less. Undefined if none is within it. */
export function chooseType<T extends Pick<MeasuredType, 'bytes' | 'kl'>>(
  candidates: readonly T[],
  bound: number = Number.POSITIVE_INFINITY,
): T | undefined {
  return candidates
    .filter(({ kl }) => kl <= bound)
    .reduce<T | undefined>((best, each) => (best === undefined || isBetter(each, best) ? each : best), undefined);
}

const isBetter = (one: Pick<MeasuredType, 'bytes' | 'kl'>, other: Pick<MeasuredType, 'bytes' | 'kl'>) =>
  one.bytes < other.bytes || (one.bytes === other.bytes && one.kl < other.kl);
