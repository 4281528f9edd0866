/** A file that is no YAML of a pipeline, known by how it begins. */
export type ForeignText =
  | 'modelfile'
  | 'dockerfile'
  | 'shell-script'
  | 'python-program'
  | 'rows'
  | 'table'
  | 'web-page'
  | 'toml'
  | 'gguf'
  | 'archive'
  | 'parquet'
  | 'image';

/** The first that fits is meant. */
const beginnings: readonly (readonly [ForeignText, RegExp])[] = [
  ['gguf', /^GGUF/],
  ['archive', /^(?:PK\u0003\u0004|\u001f\ufffd|BZh|7z\ufffd|\ufffd7zXZ)/],
  ['parquet', /^PAR1/],
  ['image', /^(?:\ufffdPNG|\ufffd\ufffd\ufffd|GIF8|%PDF)/],
  ['web-page', /^\s*<(?:!doctype html|html|head)\b/i],
  [
    'shell-script',
    /^#!.*\b(?:ba|da|z)?sh\b|^\s*(?:[A-Z_]+=\S+\s+)*(?:llamafactory-cli|accelerate launch|torchrun|deepspeed|swift|autotrain|tune run|axolotl|ollama|python3?|temper|npx)\s+[\w./-]+.*(?:\s-|\\$|\.(?:py|ya?ml))/m,
  ],
  ['python-program', /^#!.*\bpython|^(?:from [\w.]+ import |import [\w.]+(?: as \w+)?$|def \w+\()/m],
  ['modelfile', /^(?:\s*#.*\n|\s*\n)*FROM\s+\S+[\s\S]*^(?:PARAMETER|TEMPLATE|SYSTEM|ADAPTER|MESSAGE|LICENSE)\b/im],
  ['dockerfile', /^(?:\s*#.*\n|\s*\n)*FROM\s+\S+[\s\S]*^(?:RUN|CMD|COPY|ENTRYPOINT|WORKDIR)\b/m],
  ['modelfile', /^(?:\s*#.*\n|\s*\n)*FROM\s+\S+\s*$/],
  ['rows', /^\s*\[?\s*\{\s*"[^"\n]*"\s*:[^\n]*\}\s*,?\s*\n\s*\{\s*"/],
  [
    'rows',
    /^\s*\[?\s*\{\s*"(?:instruction|input|output|prompt|completion|messages|conversations|question|answer|text)"\s*:/,
  ],
  ['table', /^\ufeff?"?(?:instruction|prompt|question|input|query|text|messages)"?[,;\t]"?\w+/i],
  ['toml', /^(?:\s*#.*\n|\s*\n)*(?:\[[\w.]+\]\s*$|\w+ = \S)/m],
];

/** What a text is that cannot be read as a pipeline; undefined where that is unknown. */
export const foreignText = (text: string): ForeignText | undefined => {
  const start = text.slice(0, 4_000);
  return beginnings.find(([, pattern]) => pattern.test(start))?.[0];
};
