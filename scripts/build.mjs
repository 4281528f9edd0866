// Run as: npm run build. Makes dist/, the programs that `temper` runs. `npm ci` does it as well.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Imported as a module, `fs` would load its streams too, which takes a small command some milliseconds.
const { existsSync, readdirSync, readFileSync, statSync } = createRequire(import.meta.url)('node:fs');
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
 * Changes with every change of a file that dist/ is made from or that stands beside it, and of the installed modules. Reads no
 * file: a file that was written to has another change time, which unlike its modification time cannot be set back. Every
 * command waits for it, so it makes one text and no paths.
 */
function stampOfSources() {
  let text = root;
  const add = (name) => {
    const facts = statSync(root + name, { throwIfNoEntry: false });
    text += facts ? `${name} ${facts.ino} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs}\n` : `no ${name}\n`;
  };
  const visit = (folder) => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (/\.(?:tsx?|mjs|cjs|json|py|txt)$/.test(name)) add(name);
    }
  };
  for (const folder of folders) visit(folder);
  for (const file of files) add(file);
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
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
  await keepCompiled();
}

/** Runs a small command, which leaves its compiled code in dist/ for later ones. */
async function keepCompiled() {
  const { spawnSync } = await import('node:child_process');
  const command = [join(root, 'bin', 'temper.mjs'), 'validate', join(root, 'pipelines', 'quickstart.yaml')];
  spawnSync(process.execPath, command, { stdio: 'ignore', env: { ...process.env, TEMPER_DEBUG: '' } });
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
