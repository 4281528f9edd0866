/** A digest as people see it, and as Ollama's own list shows it. */
export const shortDigest = (digest: string): string => digest.replace('sha256:', '').slice(0, 12);
