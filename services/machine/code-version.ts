import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['bin', 'core', 'protocol', 'activities', 'workflows', 'workers', 'services', 'trainer'];

/** Changes with any file that a worker has loaded or starts: workers of an older temper are told from those of this one. */
export function codeVersion(): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of (readdirSync(join(root, folder), { recursive: true }) as string[]).sort()) {
      if (!/\.(ts|mjs|py|txt|json)$/.test(name) || name.includes('node_modules')) continue;
      const { size, mtimeMs } = statSync(join(root, folder, name));
      hash.update(`${folder}/${name} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 12);
}
