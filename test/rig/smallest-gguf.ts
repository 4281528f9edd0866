import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OllamaServer } from '../../services/ollama/server.ts';

/** A GGUF file with these texts, numbers and lists of texts as metadata, and tensors of these shapes, which share their zeros. */
export function smallGguf(
  metadata: Readonly<Record<string, string | number | readonly string[]>>,
  tensors: Readonly<Record<string, readonly number[]>> = {},
): Buffer {
  const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const [isUint32, isFloat32, isText, isList] = [4, 6, 8, 9];
  const value = (it: string | number | readonly string[]) =>
    typeof it === 'string'
      ? [u32(isText), text(it)]
      : typeof it === 'number'
        ? Number.isInteger(it)
          ? [u32(isUint32), u32(it)]
          : [u32(isFloat32), f32(it)]
        : [u32(isList), u32(isText), u64(it.length), ...it.map(text)];
  const pairs = Object.entries(metadata).flatMap(([key, it]) => [text(key), ...value(it)]);
  const shapes = Object.entries(tensors).flatMap(([name, shape]) => [
    text(name),
    u32(shape.length),
    ...shape.map(u64),
    u32(0),
    u64(0),
  ]);
  const counts = [u64(Object.keys(tensors).length), u64(Object.keys(metadata).length)];
  const header = Buffer.concat([Buffer.from('GGUF'), u32(3), ...counts, ...pairs, ...shapes]);
  const largest = Math.max(0, ...Object.values(tensors).map((shape) => shape.reduce((one, other) => one * other, 1)));
  const padding = largest === 0 ? 0 : -header.length & 31;
  return Buffer.concat([header, Buffer.alloc(padding + 4 * largest)]);
}

/** Without a single tensor: enough for a model that is only named, copied and counted. */
const smallestGguf = (name: string) =>
  smallGguf({
    'general.architecture': 'llama',
    'general.name': name,
    // Without these llama.cpp's quantizer, by which Ollama 0.33 looks at every file, takes it for no model.
    'llama.context_length': 8,
    'llama.embedding_length': 32,
    'llama.block_count': 1,
    'llama.feed_forward_length': 32,
    'llama.vocab_size': 2,
    'llama.attention.head_count': 1,
    'llama.attention.layer_norm_rms_epsilon': 1e-5,
  });

/** Puts a model of that kind under a name; other `content` gives another digest. */
export async function putModel(server: OllamaServer, model: string, content: string, folder: string): Promise<string> {
  const bytes = smallestGguf(content);
  const file = join(folder, `${content}.gguf`);
  await writeFile(file, bytes);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await server.uploadBlob(file, digest);
  await server.create({ model, files: { 'model.gguf': digest } });
  return (await server.find(model))!.digest;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
