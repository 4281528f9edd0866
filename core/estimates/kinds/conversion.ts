import { maxWeighedTokens, measuredTokens } from '../../quantization/limits.ts';
import { isQuantized, measures } from '../../quantization/types.ts';
import { ggufBytes, modelBytes } from '../model-bytes.ts';
import { workingParameters } from '../model-shape.ts';
import type { NeedsOf } from '../work.ts';

/** Bytes a second that a common disk reads or writes, beside what is in memory anyway. */
const diskPace = 250_000_000;
/** Weights that the quantizer rounds in a second. */
const roundedPace = 60_000_000;
/** Seconds until Python and its libraries are ready. */
const start = 7;
const bytesOfProgram = 400_000_000;
/** Tokens of a row for each of its answer. */
const wholeRows = 3;

/** The adapter is added weight by weight, so memory holds the largest weight, in 4 bytes and twice. */
export const mergeNeeds: NeedsOf = ({ dtype }, { shape }) => {
  if (!shape) return {};
  const written = modelBytes(shape, String(dtype ?? 'auto'));
  return {
    seconds: start + (2 * shape.parameters + written) / diskPace,
    disk: written,
    memory: bytesOfProgram + 8 * shape.vocabulary * shape.hidden,
  };
};

/** The model is written in 16 bits first, and rounded from there: for each type once, and measured on the device. */
export const quantizeNeeds: NeedsOf = (options, { shape, device, pace, rows, heldOut }) => {
  if (!shape) return {};
  const types = [options.type ?? 'q4_K_M'].flat().map(String);
  const whole = 2 * shape.parameters;
  const rounded = types.filter(isQuantized);
  // The type that is taken is made a second time, without the importance matrix.
  const files = rounded.length + (options.imatrix === true ? 1 : 0);
  const made = (rounded.length > 0 ? rounded : types).reduce((sum, type) => sum + ggufBytes(shape, type), 0);
  const seconds = 3 + (2 * whole + made) / diskPace + (files * shape.parameters) / roundedPace;
  const disk = made + (rounded.length > 0 ? whole : 0);
  const memory = bytesOfProgram + 4 * shape.vocabulary * shape.hidden;
  if (!measures(options)) return { seconds, disk, memory };
  // Two operations for each weight and token; the f16 model and the base model read the rows too.
  const held = rows ? rows.rows * rows.tokens * (heldOut || 1) : Number.POSITIVE_INFINITY;
  const learned = rows ? rows.rows * rows.tokens : Number.POSITIVE_INFINITY;
  const weighed = options.imatrix === true ? Math.min(maxWeighedTokens, learned) : 0;
  const read = (files + 2) * Math.min(wholeRows * measuredTokens, held) + weighed;
  const weights = 4 * shape.parameters;
  return {
    seconds: seconds + start + (2 * workingParameters(shape) * read) / pace.operations,
    disk: disk + 4 * shape.vocabulary * measuredTokens,
    ...(device === 'gpu' ? { memory, device: weights } : { memory: memory + weights }),
  };
};
