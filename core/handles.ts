import { z } from 'zod';

export { shortDigest } from './digest.ts';

/** What an artifact holds. `ollama` is a model in an Ollama server, named by tag and known by its manifest digest. */
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

/** What travels between steps in place of bytes. `size` is in bytes, `digest` is `sha256:…`. */
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

/** The Ollama name a handle of kind `ollama` stands for. */
export function ollamaName(handle: Handle | string): string {
  return typeof handle === 'string' ? handle : handle.uri.replace(/^ollama:/, '');
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
