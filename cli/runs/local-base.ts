import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { BaseFacts } from '../../core/checks/base-facts.ts';
import { isLocalBase } from '../../core/kinds/options/base-source.ts';
import { baseFormsHint } from '../../core/words/base-forms.ts';
import { inspectBase } from '../../services/inspection/inspect-base.ts';
import { UserError } from '../user-error.ts';

/** Names of files; no name of the Hub ends so. */
const fileEnds: ReadonlySet<string> = new Set(['.gguf', '.yaml', '.yml', '.json', '.jsonl', '.safetensors', '.csv']);

/**
 * What lies where a person's text leads on this machine; undefined for a name elsewhere, such as one of the Hub. Throws
 * UserError where it can only mean a file or a folder, and there is none.
 */
export async function localBase(written: string): Promise<{ path: string; facts: BaseFacts } | undefined> {
  const path = resolve(written);
  if (existsSync(path)) return { path, facts: await inspectBase(path) };
  if (!isLocalBase(written) && !fileEnds.has(extname(written).toLowerCase())) return undefined;
  throw new UserError(`the base ${written} does not exist`, { hint: baseFormsHint });
}
