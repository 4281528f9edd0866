/** The step of a run that made an artifact. `at` is ISO 8601. */
export interface Made {
  run: string;
  step: string;
  summary: string;
  at: string;
}

/** An artifact or file that a model was made from, with its own inputs. */
export interface LineageNode {
  /** `gguf`, `model`, `adapter`, `checkpoints`, `dataset`, `base`, `file`, … */
  what: string;
  /** `sha256:…`, or `hub:org/model@commit`. */
  digest: string;
  /** Name of a file or base model from outside the store. */
  name?: string;
  made?: Made;
  /** `dropped`: the bytes were deleted and can be made again. `gone`: not in the store. */
  state?: 'dropped' | 'gone';
  from: LineageNode[];
}
