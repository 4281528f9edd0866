import { ggufBytes, modelBytes } from '../model-bytes.ts';
import type { NeedsOf } from '../work.ts';

/** Bytes a second that a common disk reads or writes, beside what is in memory anyway. */
const diskPace = 250_000_000;
/** Weights that the quantizer rounds in a second. */
const roundedPace = 60_000_000;
/** Seconds until Python and its libraries are ready. */
const start = 7;
const bytesOfProgram = 400_000_000;

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

/** The model is written in 16 bits first, and rounded from there. */
export const quantizeNeeds: NeedsOf = ({ type = 'q4_K_M' }, { shape }) => {
  if (!shape) return {};
  const whole = 2 * shape.parameters;
  const isWhole = type === 'f16' || type === 'bf16' || type === 'f32';
  const made = ggufBytes(shape, String(type));
  return {
    seconds: 3 + (2 * whole + made) / diskPace + (isWhole ? 0 : shape.parameters / roundedPace),
    disk: made + (isWhole ? 0 : whole),
    memory: bytesOfProgram + 4 * shape.vocabulary * shape.hidden,
  };
};
