/** The name as Ollama stores it: a tag is always there, and what it adds by itself is not. Names differ by more than case. */
export function fullModelName(name: string): string {
  const short = name.replace(/^registry\.ollama\.ai\//, '').replace(/^library\//, '');
  const tagged = /:[^/]+$/.test(short) ? short : `${short}:latest`;
  return tagged.toLowerCase();
}

export const isSameModelName = (one: string, other: string): boolean => fullModelName(one) === fullModelName(other);
