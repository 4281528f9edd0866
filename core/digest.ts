/** Shortens a digest to 12 characters, as `ollama list` does. */
export const shortDigest = (digest: string): string => digest.replace('sha256:', '').slice(0, 12);
