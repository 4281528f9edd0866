import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashText } from '../../../services/store/durable-files.ts';

/** SHA-256 of a model's chat template, or null where it has none. */
export async function templateDigest(model: string): Promise<string | null> {
  const own = await readFile(join(model, 'chat_template.jinja'), 'utf8').catch(() => undefined);
  const template = own ?? (await settings(model)).chat_template;
  return typeof template === 'string' ? `sha256:${hashText(template)}` : null;
}

async function settings(model: string): Promise<Record<string, unknown>> {
  return await readFile(join(model, 'tokenizer_config.json'), 'utf8').then(
    (text) => JSON.parse(text) as Record<string, unknown>,
    () => ({}),
  );
}
