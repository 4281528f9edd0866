/** What a base model may be, for a person whose text names none. */
export const baseFormsHint =
  'a base is a folder (`./model`), a GGUF file (`./model.gguf`), a model in Ollama (`ollama:qwen2.5:0.5b`), or a name of the Hub (`Qwen/Qwen2.5-0.5B-Instruct`) or of ModelScope (`modelscope:…`)';
