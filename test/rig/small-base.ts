import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a file of weights with these tensors, all of zeros. */
export async function writeWeights(path: string, shapes: Readonly<Record<string, readonly number[]>>): Promise<void> {
  let end = 0;
  const header = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const begin = end;
      end += 2 * shape.reduce((product, size) => product * size, 1);
      return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([length, text, Buffer.alloc(end)]));
}

/** Writes a folder that the checks before a run take for a base model. No library can load it. */
export async function writeSmallBase(folder: string, config: object): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), '{}');
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ chat_template: '{{ messages }}' }));
  await writeWeights(join(folder, 'model.safetensors'), {
    'model.embed_tokens.weight': [4, 2],
    'model.layers.0.self_attn.q_proj.weight': [2, 2],
  });
}
