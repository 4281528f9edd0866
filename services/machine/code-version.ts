import { readFileSync } from 'node:fs';
import { packageFile } from './package-root.ts';

/** Digest of what workers load and start, from the build: workers of an older temper are told from those of this one. */
export function codeVersion(): string {
  return (JSON.parse(readFileSync(packageFile('dist/build.json'), 'utf8')) as { version: string }).version;
}
