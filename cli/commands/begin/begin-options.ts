export interface BeginOptions {
  base?: string;
  name?: string;
  from?: string;
  yes?: boolean;
  force?: boolean;
  json?: boolean;
  /** The base that `base` stands for, because Ollama cannot get it. What was found is not told again. */
  inPlaceOf?: string;
}
