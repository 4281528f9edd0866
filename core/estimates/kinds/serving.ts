import { ggufBytes } from '../model-bytes.ts';
import { workingParameters } from '../model-shape.ts';
import { type NeedsOf, numberIn } from '../work.ts';

/** Tokens that the proof of an import lets the trained model and Ollama's say, and reads. */
const proofTokens = 600;
/** Seconds: the trainer's libraries and two loads of models; one load of an asked model. */
const [startOfProof, loadOfModel] = [25, 4];
/** Models that an evaluation asks unless one in production is asked too. */
const usualSides = 2;

/** The proof holds the 16-bit model in transformers and in Ollama at once, beside the quantized one. */
export const importNeeds: NeedsOf = (_options, { shape, type = 'q4_K_M', device, pace }) => {
  if (!shape) return {};
  const [whole, made] = [2 * shape.parameters, ggufBytes(shape, type)];
  const used = 2 * whole + made + 700_000_000;
  return {
    seconds: startOfProof + (whole / 1e9) * 6 + (proofTokens * whole) / pace.reading,
    disk: whole + made,
    ...(device === 'gpu' ? { device: used, memory: 2e9 } : { memory: used }),
  };
};

/** Every model says up to `max_tokens` for each question, and reads all its weights for each of them. */
export const evaluateNeeds: NeedsOf = (
  { max_tokens, production },
  { shape, type = 'q4_K_M', questions, device, pace },
) => {
  if (!shape) return {};
  const bytes = ggufBytes(shape, type);
  const sides = usualSides + (production === undefined ? 0 : 1);
  const perToken = bytes / pace.reading + (2 * workingParameters(shape)) / (4 * pace.operations);
  const tokens = (questions ?? 0) * numberIn(max_tokens, 256);
  const used = bytes + 600_000_000;
  return {
    ...(questions === undefined ? {} : { seconds: 3 + sides * (loadOfModel + tokens * perToken) }),
    disk: 100_000,
    ...(device === 'gpu' ? { device: used } : { memory: used }),
  };
};

/** A name is copied in Ollama. */
export const promoteNeeds: NeedsOf = () => ({ seconds: 1, disk: 10_000, memory: 0 });
