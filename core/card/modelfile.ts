/** A file that a Modelfile names, and the line that does. */
export interface NamedFile {
  word: 'FROM' | 'ADAPTER';
  path: string;
  /** `sha256:…`, where the name of the file in Ollama's store is its digest. */
  digest?: string;
}

/** The lines that name files stand before all texts of the model, whose lines may begin with any word. */
function split(modelfile: string): { head: string; rest: string } {
  const at = modelfile.search(/^(?:TEMPLATE|SYSTEM|PARAMETER|LICENSE|MESSAGE|RENDERER|PARSER|REQUIRES)\b/m);
  return at < 0 ? { head: modelfile, rest: '' } : { head: modelfile.slice(0, at), rest: modelfile.slice(at) };
}

/** The files that a Modelfile of `ollama show` names, in its order. */
export function filesNamed(modelfile: string): NamedFile[] {
  return [...split(modelfile).head.matchAll(/^(FROM|ADAPTER) (.+)$/gm)].map(([, word, rest]) => {
    const path = rest!.trim();
    const hex = /sha256-([0-9a-f]{64})$/.exec(path)?.[1];
    return { word: word as NamedFile['word'], path, ...(hex === undefined ? {} : { digest: `sha256:${hex}` }) };
  });
}

/** The same Modelfile with other names for its files, in their order. Everything else stays as Ollama gave it. */
export function withFiles(modelfile: string, files: readonly { word: NamedFile['word']; name: string }[]): string {
  const lines = files.map(({ word, name }) => `${word} ./${name}`);
  return `${lines.join('\n')}\n${split(modelfile).rest}`;
}
