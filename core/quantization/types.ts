/** Types by the names of llama.cpp's quantizer. */
export const ggufTypes = [
  'f16',
  'f32',
  'bf16',
  'q8_0',
  'q4_K_M',
  'q4_K_S',
  'q2_K',
  'q3_K_S',
  'q3_K_M',
  'q3_K_L',
  'q4_0',
  'q4_1',
  'q5_0',
  'q5_1',
  'q5_K_S',
  'q5_K_M',
  'q6_K',
  'iq3_S',
  'iq3_M',
  'iq4_NL',
  'iq4_XS',
] as const;

/** Types that can be made of one f16 file and measured against it. */
export const comparableTypes = ggufTypes.filter((type) => type !== 'f32' && type !== 'bf16');

const unquantized: ReadonlySet<string> = new Set(['f16', 'f32', 'bf16']);

/** Whether a file of this type is made from an f16 file. */
export const isQuantized = (type: string): boolean => !unquantized.has(type);

/** The types of the option `type`, each once, in an order that does not depend on that of the document. */
export function typesOf(type: string | readonly string[]): string[] {
  const given = new Set<string>([type].flat());
  return ggufTypes.filter((each) => given.has(each));
}

interface Asked {
  type: string | readonly string[];
  engine: 'auto' | 'ollama' | 'llama.cpp';
  imatrix?: boolean | undefined;
}

/** The converter that is asked for: only llama.cpp's makes several types of one file, and knows importance matrices. */
export const askedEngine = ({ type, engine, imatrix }: Asked): Asked['engine'] =>
  engine === 'auto' && (imatrix || typesOf(type).length > 1) ? 'llama.cpp' : engine;

/** Whether these options, perhaps invalid, measure what quantization changes. */
export const measures = (options: Readonly<Record<string, unknown>>): boolean =>
  options.max_drift !== undefined || options.measure === true || options.imatrix === true;
