import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { partsOfBase } from '../../../core/checks/base-parts.ts';
import { canonicalJson } from '../../../core/json.ts';
import { hashFile, hashText } from '../../../services/store/durable-files.ts';
import type { Deps } from '../../engine/deps.ts';
import type { WantedRoute } from './route.ts';

/** Raised when a change of temper's code may change what a shell shows. */
const revision = 3;

/** The digest of all that decides a route. */
export async function routeKey(
  deps: Deps,
  { type, engine, isServed, isMeasured, thoughts, adapter }: WantedRoute,
  identity: string,
  template: string | undefined,
): Promise<string> {
  const { environment, converters } = deps;
  const served = isServed ? await deps.servingVersion() : null;
  const own = template === undefined ? null : hashText(template);
  const asked = {
    type,
    engine,
    ...(thoughts === undefined ? {} : { thoughts }),
    ...(isMeasured === undefined ? {} : { isMeasured }),
    ...(adapter === undefined ? {} : { lora: adapter.lora }),
  };
  return hashText(canonicalJson({ revision, identity, template: own, ...asked, served, environment, converters }));
}

/** A value for a local base's settings, tokenizer and template, which is equal for equal files; its weights say nothing here. */
export async function identityOfFolder(path: string): Promise<string> {
  const names = partsOfBase(await readdir(path), []).filter((name) => !/\.safetensors(?:\.index\.json)?$/.test(name));
  const files: Record<string, string> = {};
  for (const name of names) {
    const file = join(path, name);
    if ((await stat(file)).isFile()) files[name] = await hashFile(file);
  }
  return hashText(canonicalJson(files));
}
