import { readFileSync } from 'node:fs';
import { packageFile } from './package-root.ts';

/** Digest of temper's code, from the build. It tells workers of an older temper from current ones. */
export function codeVersion(): string {
  return (JSON.parse(readFileSync(packageFile('dist/build.json'), 'utf8')) as { version: string }).version;
}
