import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashText } from '../../../services/store/durable-files.ts';

/** Returns the SHA-256 of a model's chat template, or null if it has none. */
export async function templateDigest(model: string): Promise<string | null> {
  const own = await readFile(join(model, 'chat_template.jinja'), 'utf8').catch(() => undefined);
  const template = own ?? (await readTokenizerConfig(model)).chat_template;
  return typeof template === 'string' ? `sha256:${hashText(template)}` : null;
}

async function readTokenizerConfig(model: string): Promise<Record<string, unknown>> {
  return await readFile(join(model, 'tokenizer_config.json'), 'utf8').then(
    (text) => JSON.parse(text) as Record<string, unknown>,
    () => ({}),
  );
}
