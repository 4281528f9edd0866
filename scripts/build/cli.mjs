import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { digestLength } from '../../bin/load-cli.mjs';
import { oneLanguage, parsedQuickly } from './plugins.mjs';

/**
 * More than half of all code, and a small command needs none of it. Where names are given, the library is loaded when one of
 * them is first used, since a module that most commands load imports it; `call` is a library that is one function.
 */
const aside = {
  '@temporalio/client': undefined,
  '@temporalio/common': undefined,
  '@temporalio/envconfig': undefined,
  undici: undefined,
  ajv: ['Ajv'],
  'ajv/dist/2020.js': ['Ajv2020'],
  'ajv-formats': 'call',
  re2js: ['RE2JS', 'RE2JSException'],
};

/**
 * Makes the command line as scripts instead of modules, since only for a script can Node 20 keep compiled code: one of
 * temper's own code, and one of the libraries that few commands need. bin/load-cli.mjs loads them.
 */
export async function bundleCli({ splitting, chunkNames, ...options }) {
  const script = {
    ...options,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // Outside of Node's own loaders, Node 20.5 resolves no `import()`.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: 'const ownUrl=require("node:url").pathToFileURL(__filename).href;' },
  };
  await Promise.all([
    bundle({ ...script, entryPoints: { cli: 'cli/main.ts' }, plugins: [oneLanguage, librariesAside] }),
    bundle({
      ...script,
      entryPoints: { libraries: 'libraries' },
      plugins: [{ name: 'libraries', setup: libraries }, parsedQuickly],
    }),
  ]);
  for (const name of ['cli.cjs', 'libraries.cjs']) finish(join(options.outdir, name));
}

const librariesAside = {
  name: 'libraries aside',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^[@\w]/ }, ({ path }) =>
      Object.hasOwn(aside, path) ? { path, namespace: 'aside' } : undefined,
    );
    onResolve({ filter: /.*/, namespace: 'aside' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: 'aside' }, ({ path }) => ({
      contents: `module.exports = ${standIn(`require('./libraries.cjs')[${JSON.stringify(path)}]`, aside[path])};`,
    }));
  },
};

function standIn(library, names) {
  if (names === undefined) return library;
  if (names === 'call') return `(...args) => ${library}(...args)`;
  return `{ ${names.map((name) => `get ${name}() { return ${library}.${name}; }`).join(', ')} }`;
}

/** Each library is started only when it is asked for. */
function libraries({ onResolve, onLoad, initialOptions }) {
  const getters = Object.keys(aside).map(
    (name) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(name)}); }`,
  );
  onResolve({ filter: /^libraries$/ }, ({ path }) => ({ path, namespace: 'libraries' }));
  onLoad({ filter: /.*/, namespace: 'libraries' }, () => ({
    contents: `module.exports = { ${getters.join(', ')} };`,
    resolveDir: initialOptions.absWorkingDir,
  }));
}

/**
 * Makes a script pure ASCII, which is read without being decoded, and ends it with its digest. esbuild escapes other letters in
 * strings; those that are left stand in regular expressions, in comments, and in `String.raw` of a regular expression.
 */
function finish(file) {
  const text = readFileSync(file, 'utf8').replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const digest = createHash('sha256').update(text).digest('hex').slice(0, digestLength);
  writeFileSync(file, `${text}//${digest}`);
}
