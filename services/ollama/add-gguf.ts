import { hashFile } from '../store/durable-files.ts';
import type { OllamaServer } from './server.ts';

/** Creates a model from a GGUF file, with the template and the parameters that Ollama finds in it. */
export async function addGguf(server: OllamaServer, name: string, file: string): Promise<void> {
  const digest = `sha256:${await hashFile(file)}`;
  await server.uploadBlob(file, digest);
  await server.create({ model: name, files: { 'model.gguf': digest } });
}
