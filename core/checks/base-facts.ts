/** What the files of a base model show without loading it. */
export interface BaseFacts {
  /** `cached`: a model of the Hub, of which this disk may have a part. `other`: a pipe, a device, or a folder of such: its pin refuses it. */
  is: 'folder' | 'cached' | 'gguf' | 'file' | 'absent' | 'other';
  /** A value for each file that makes the base what it is: equal for equal files. By name. */
  parts: Readonly<Record<string, string>>;
  /** Names in the folder, or of the file itself. */
  names: readonly string[];
  /** Files of the base that cannot be what they should be. */
  broken: readonly BrokenFile[];
  /** Files of weights that the index names and nobody has. */
  missing: readonly string[];
  /** Absent if it is missing or broken. */
  config?: Readonly<Record<string, unknown>>;
  hasTemplate: boolean;
  /** The highest id of a token that was added to the vocabulary. */
  highestAddedToken?: number;
  /** Of all readable files of weights. */
  weights: WeightFacts;
  /** Of a GGUF file that is to become a base model. */
  gguf?: GgufFacts;
}

export interface GgufFacts {
  architecture: string;
  /** `model`, `adapter`, `mmproj`, … */
  kind: string;
  /** How many files it is cut into. */
  parts: number;
  experts: number;
  /** Of images or sounds. */
  hasEncoder: boolean;
  /** Such as `Q4_K_M`. */
  quantization?: string;
  /** What its maker calls it. */
  title?: string;
  /** Name of its 16-bit original on the Hub. */
  original?: string;
}

export interface BrokenFile {
  file: string;
  /** `lfs`: a pointer of Git LFS. `page`: HTML. `short`: fewer bytes than its header tells. */
  why: 'lfs' | 'page' | 'empty' | 'short' | 'not-weights' | 'not-json' | 'not-gguf';
}

export interface WeightFacts {
  bytes: number;
  numbers: number;
  /** Names of the tensors. */
  names: readonly string[];
  /** Rows of the embedding, which has one for each token. */
  embeddings?: number;
}

/** The part of a config that describes the language model: some models have others beside it. */
export function textConfig({ config = {} }: Pick<BaseFacts, 'config'>): Readonly<Record<string, unknown>> {
  const inner = config.text_config;
  return typeof inner === 'object' && inner !== null ? { ...config, ...inner } : config;
}
