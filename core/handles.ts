import { z } from 'zod';

export { shortDigest } from './digest.ts';

/** The content of an artifact. `ollama` is a model in an Ollama server: its tag is the name, its manifest's digest the digest. */
export const artifactKinds = [
  'dataset',
  'checkpoints',
  'adapter',
  'model',
  'gguf',
  'ollama',
  'report',
  'files',
] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

/** Steps pass on a handle instead of the bytes of an artifact. `size` is in bytes, `digest` is `sha256:…`. */
export interface Handle {
  readonly uri: string;
  readonly digest: string;
  readonly size: number;
  readonly kind: ArtifactKind;
}

export const handleSchema = z.strictObject({
  uri: z.string(),
  digest: z.string(),
  size: z.number(),
  kind: z.enum(artifactKinds),
});

export function isHandle(value: unknown): value is Handle {
  return handleSchema.safeParse(value).success;
}

/** Returns the name in Ollama of a handle of kind `ollama`, or of a plain name. */
export function ollamaName(handle: Handle | string): string {
  return typeof handle === 'string' ? handle : handle.uri.replace(/^ollama:/, '');
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export const jsonSchema: z.ZodType<Json> = z.json();
