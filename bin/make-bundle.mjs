import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

/** Temporal's packages are a script of their own, for the commands that need them. Its name in a folder of bundles. */
const temporal = 'temporal.js';

/**
 * Bundles programs, given as name → source, into a folder that gets its name when every byte of it is on the disk.
 * `outside`: Temporal's packages stay where they are installed; a worker's bring native code and threads.
 */
export async function makeBundle({ root, entries, outside, folder, isWhole }) {
  const aside = `${folder}.${process.pid}.tmp`;
  mkdirSync(dirname(folder), { recursive: true });
  try {
    const common = optionsOf(root, aside);
    const { resolve } = createRequire(join(root, 'package.json'));
    const place = outside ? resolve : () => `./${temporal}`;
    await Promise.all([
      build({ ...common, entryPoints: entries, plugins: [ourFiles(root), oneLanguage, elsewhere(place)] }),
      ...(outside ? [] : [build({ ...common, ...temporalEntry(root), plugins: [parsedQuickly] })]),
    ]);
    const programs = readdirSync(aside).filter((name) => name.endsWith('.js'));
    const sizes = Object.fromEntries(programs.map((name) => [name, statSync(join(aside, name)).size]));
    // The sources are modules, what is made of them is not.
    writeFileSync(join(aside, 'package.json'), JSON.stringify({ type: 'commonjs', sizes }));
    for (const name of [...programs, 'package.json', '.']) sync(join(aside, name));
    // What lies there is damaged, unless another process was quicker with the same.
    if (existsSync(folder) && !isWhole(folder)) rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!isWhole(folder)) throw error;
  } finally {
    // Its process would stay as long as this one, and be asked every second whether it is there: a worker runs for weeks.
    await stop();
  }
}

function sync(path) {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

const optionsOf = (root, outdir) => ({
  absWorkingDir: root,
  outdir,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.5',
  charset: 'ascii',
  // What is not there need not be read. Names stay, since errors tell them.
  minifyWhitespace: true,
  minifySyntax: true,
  // Read only where somebody wants to know where something happened.
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'silent',
});

const temporalPackages = ['client', 'common', 'envconfig', 'proto'].map((name) => `@temporalio/${name}`);

const temporalEntry = (root) => ({
  stdin: {
    contents: `module.exports = { ${temporalPackages.map((name) => `get "${name}"() { return require("${name}"); }`).join(', ')} };`,
    resolveDir: root,
  },
  entryNames: temporal.replace('.js', ''),
});

/** A file goes on knowing where it lies: the trainer, the locks and package.json are found from there. */
const ourFiles = (root) => ({
  name: 'our files',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.(?:ts|mjs)$/ }, ({ path }) => {
      if (!path.startsWith(root) || path.includes('/node_modules/')) return undefined;
      const contents = readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      );
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
});

const elsewhere = (place) => ({
  name: 'Temporal is elsewhere',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@temporalio\// }, ({ path }) => ({ path, namespace: 'temporal' }));
    onResolve({ filter: /./, namespace: 'temporal' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'temporal' }, ({ path }) => {
      const found = place(path);
      return {
        contents: `module.exports = require(${JSON.stringify(found)})${found.startsWith('./') ? `[${JSON.stringify(path)}]` : ''};`,
      };
    });
  },
});

/** Messages are in English; zod brings fifty languages, which are half of its size. */
const oneLanguage = {
  name: 'one language',
  setup: ({ onLoad }) => {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: dirname(path),
    }));
  },
};

/** A megabyte of message descriptions: JSON.parse reads it several times faster than the compiler does. */
const parsedQuickly = {
  name: 'descriptions as JSON',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@temporalio\/proto\/protos\/json-module\.js$/ }, ({ path }) => {
      const found = /^([\s\S]*?\.addJSON\()(\{[\s\S]*\})(\);[\s\S]*)$/.exec(readFileSync(path, 'utf8'));
      if (!found) return undefined;
      const [, before, json, after] = found;
      try {
        const all = JSON.parse(json);
        // Of Temporal's own cloud, and of what workers say to their native part: a client sends none of these.
        delete all.coresdk;
        delete all.temporal.nested.api.nested.cloud;
        const text = JSON.stringify(JSON.stringify(all));
        return { contents: `${before}JSON.parse(${text})${after}`, loader: 'js' };
      } catch {
        return undefined; // written otherwise in this version: then it is compiled
      }
    });
  },
};
