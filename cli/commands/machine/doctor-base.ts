import { resolve } from 'node:path';
import type { Finding } from '../../../core/checks/finding.ts';
import { problemsOfBase } from '../../../core/checks/lone-base.ts';
import { stepOptions } from '../../../core/kinds/registry.ts';
import { baseFormsHint } from '../../../core/words/base-forms.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';
import { localBase } from '../../runs/local-base.ts';
import { proveAndShow } from '../../runs/prove.ts';
import { UserError } from '../../user-error.ts';

/** Proves on a small model of a base's kind that its models can be converted and served. Exit code 1 unless it is proven. */
export async function doctorBase(
  base: string,
  { template, type, engine, json }: { template?: string; type: string; engine: string; json?: boolean },
): Promise<number> {
  const { shape } = stepOptions.quantize;
  const known = { type: shape.type.safeParse(type), engine: shape.engine.safeParse(engine) };
  if (!known.type.success || Array.isArray(known.type.data))
    throw new UserError(`--type ${type}: there is no such type`, { hint: 'write, for example, `--type q8_0`' });
  if (!known.engine.success)
    throw new UserError(`--engine ${engine}: there is no such converter`, {
      hint: 'write `auto`, `ollama` or `llama.cpp`',
    });
  const use = {
    ...(template === undefined ? {} : { template: resolve(template) }),
    type: known.type.data,
    engine: known.engine.data,
  };
  const local = await localBase(base);
  if (local) refuseUnfit(problemsOfBase(local.path, local.facts, use));
  const routes = await proveAndShow({ wanted: { base: local?.path ?? base, ...use } }, { ...(json ? { json } : {}) });
  return routes.every(({ verdict }) => verdict === 'proven') ? 0 : 1;
}

/** What the files show needs no small model. */
function refuseUnfit(problems: readonly Finding[]): void {
  const [first, ...more] = problems.map((each) => ({ code: each.code, ...describeProblem(each) }));
  if (!first) return;
  const lines = [first, ...more].map(({ code, message }) => `${message} [${code}]`);
  const isNoBase = problems.some(({ reason }) => reason === 'base-is-file' || reason === 'no-base-config');
  throw new UserError(lines.join('\n'), { hint: isNoBase ? baseFormsHint : first.hint, exitCode: 1 });
}
