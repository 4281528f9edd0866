// Run as: npm run build. Makes dist/, the programs that `temper` runs. `npm ci` does it as well.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = [
  'bin',
  'cli',
  'core',
  'protocol',
  'services',
  'page',
  'activities',
  'workers',
  'workflows',
  'trainer',
  'scripts/build',
];
/** npm writes the second one last: other modules, another stamp. */
const files = ['docker/install-python.ts', 'package.json', 'node_modules/.package-lock.json'];

/**
 * Changes with every change of a file that dist/ is made from or that stands beside it, and of the installed modules. Takes
 * two milliseconds, since it reads no file: a file that was written to has another change time, which unlike its
 * modification time cannot be set back.
 */
function stampOfSources() {
  const hash = createHash('sha256').update(root);
  const add = (name) => {
    const facts = statSync(join(root, name), { throwIfNoEntry: false });
    hash.update(facts ? `${name} ${facts.ino} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs}\n` : `no ${name}\n`);
  };
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (/\.(?:tsx?|mjs|cjs|json|py|txt)$/.test(name)) add(name);
    }
  };
  for (const folder of folders) visit(folder);
  for (const file of files) add(file);
  return hash.digest('hex').slice(0, 24);
}

function readBuild() {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', 'build.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Builds dist/ unless it is made from the sources as they are now.
 * @returns {Promise<void>}
 */
export async function ensureBuilt() {
  if (readBuild()?.sources === stampOfSources()) return;
  if (!existsSync(join(root, 'node_modules', 'esbuild'))) {
    process.stderr.write(
      'dist/ is older than the sources, and the builder is not installed\nhint: npm ci --include=dev\n',
    );
    process.exit(1);
  }
  const { build } = await import('./build/build.mjs');
  let sources;
  do {
    sources = stampOfSources();
    await build(root, sources, readBuild()).catch(endWithReasons);
    // The sources may have changed while they were read.
  } while (sources !== stampOfSources());
}

/** Names the first problems of a build, each with its place. Mostly a dependency is new and not installed yet. */
function endWithReasons(error) {
  const problems = (error.errors ?? []).map(({ text, location }) =>
    location ? `${location.file}:${location.line}:${location.column + 1} ${text}` : text,
  );
  const shown = problems.length > 0 ? [...new Set(problems)].slice(0, 5) : [error.message];
  process.stderr.write(`dist/ could not be built\n${shown.map((line) => `  ${line}\n`).join('')}hint: npm ci\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureBuilt();
