/** Where a base model comes from, by the text that names it. */
export type BaseSource =
  | { from: 'folder'; path: string }
  | { from: 'gguf'; path: string }
  | { from: 'ollama'; name: string }
  | { from: 'hub'; name: string; revision?: string }
  | { from: 'modelscope'; name: string; revision?: string };

/** A base model on this machine's disk, named by its path. */
export const isLocalBase = (base: string): boolean => /^(?:\.{1,2}\/|\/|~\/)/.test(base);

/** Takes the text of an option `base` apart. */
export function baseSource(base: string): BaseSource {
  if (isLocalBase(base)) return { from: base.toLowerCase().endsWith('.gguf') ? 'gguf' : 'folder', path: base };
  const [, ollama] = /^ollama:(.+)$/s.exec(base) ?? [];
  if (ollama !== undefined) return { from: 'ollama', name: ollama };
  const [, scope, rest = base] = /^(modelscope:)(.+)$/s.exec(base) ?? [];
  const [name = '', revision] = rest.split('@');
  return { from: scope === undefined ? 'hub' : 'modelscope', name, ...(revision === undefined ? {} : { revision }) };
}

/** Made from a GGUF file, so the run converts it before it is used. */
export const comesFromGguf = (base: string): boolean => ['gguf', 'ollama'].includes(baseSource(base).from);

/** A run that begins looks such a base up, and fixes what it means; a folder is only read. */
export const isResolved = (base: string): boolean => baseSource(base).from !== 'folder';
