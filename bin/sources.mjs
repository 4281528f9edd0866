import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folders = ['bin', 'cli', 'core', 'protocol', 'services', 'activities', 'workers'];
/** The second is what npm writes last: other modules, another digest. */
const files = ['package.json', 'node_modules/.package-lock.json'];

/**
 * Changes with every change of a file that goes into a program of temper, or of the installed modules. Two milliseconds,
 * since nothing is read: a file that was written to has another change time, which unlike its modification time nobody
 * can set back.
 */
export function sourcesDigest(root) {
  const hash = createHash('sha256').update(root);
  const add = (name) => {
    const facts = statSync(join(root, name), { throwIfNoEntry: false });
    hash.update(
      facts ? `${name} ${facts.ino} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs}\n` : `${name} is not there\n`,
    );
  };
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (/\.(?:ts|mjs|json)$/.test(name)) add(name);
    }
  };
  for (const folder of folders) visit(folder);
  for (const file of files) add(file);
  return hash.digest('hex').slice(0, 24);
}
