import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OllamaServer } from '../../services/ollama/server.ts';

/** A GGUF file without a single tensor: enough for a model that is only named, copied and counted. */
function smallestGguf(name: string): Buffer {
  const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const isText = 8;
  const pairs = [
    ['general.architecture', 'llama'],
    ['general.name', name],
  ] as const;
  const written = pairs.flatMap(([key, value]) => [text(key), u32(isText), text(value)]);
  return Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(pairs.length), ...written]);
}

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
