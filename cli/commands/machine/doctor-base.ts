import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { stepOptions } from '../../../core/kinds/registry.ts';
import { proveAndShow } from '../../runs/prove.ts';
import { UserError } from '../../user-error.ts';

/** Proves on a small model of a base's kind that its models can be converted and served. Exit code 1 if not. */
export async function doctorBase(
  base: string,
  { template, type, engine, json }: { template?: string; type: string; engine: string; json?: boolean },
): Promise<number> {
  const { shape } = stepOptions.quantize;
  const known = { type: shape.type.safeParse(type), engine: shape.engine.safeParse(engine) };
  if (!known.type.success)
    throw new UserError(`--type ${type}: there is no such type`, { hint: 'write, for example, `--type q8_0`' });
  if (!known.engine.success)
    throw new UserError(`--engine ${engine}: there is no such converter`, {
      hint: 'write `auto`, `ollama` or `llama.cpp`',
    });
  const folder = resolve(base);
  const wanted = {
    base: existsSync(folder) ? folder : base,
    ...(template === undefined ? {} : { template: resolve(template) }),
    type: known.type.data,
    engine: known.engine.data,
  };
  return await proveAndShow({ wanted }, { ...(json ? { json } : {}) });
}
