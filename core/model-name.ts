/** Normalizes a model name: adds `:latest` if it has no tag, drops the default registry and `library/`, lower case. */
export function fullModelName(name: string): string {
  const short = name.replace(/^registry\.ollama\.ai\//, '').replace(/^library\//, '');
  const tagged = /:[^/]+$/.test(short) ? short : `${short}:latest`;
  return tagged.toLowerCase();
}

export const isSameModelName = (one: string, other: string): boolean => fullModelName(one) === fullModelName(other);
