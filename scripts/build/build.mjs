import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build as bundle, stop } from 'esbuild';
import { bundleCli } from './cli.mjs';
import { oneLanguage, parsedQuickly } from './plugins.mjs';
import { bundleWorkflows, digestOfWorkflows } from './workflows.mjs';

/**
 * Makes dist/ beside its place, then moves file by file into it: entries after the chunks they name, and last `build.json`,
 * which says from which sources it is made. Whoever starts meanwhile finds the old note and builds the same. `last` is the
 * note of the last build, whose workflow code is kept where it has not changed, since its bundler takes seconds.
 */
export async function build(root, sources, last) {
  const [dist, aside] = [join(root, 'dist'), join(root, `dist.${process.pid}.tmp`)];
  const workflows = digestOfWorkflows(root);
  const kept = workflows === last?.workflows && existsSync(join(dist, 'workflows.js'));
  try {
    mkdirSync(aside, { recursive: true });
    await settled([
      bundleCli(optionsOf(root, aside)),
      bundle({
        ...optionsOf(root, aside),
        entryPoints: { supervisor: 'services/stack/supervisor.ts' },
        plugins: [oneLanguage, parsedQuickly],
      }),
      // Temporal's packages bring native code and threads to a worker, and stay where they are installed.
      bundle({
        ...optionsOf(root, aside),
        entryPoints: {
          worker: 'workers/main.ts',
          prove: 'workers/prove.ts',
          foresee: 'workers/foresee.ts',
          'install-python': 'docker/install-python.ts',
        },
        external: ['@temporalio/*'],
        plugins: [oneLanguage],
      }),
      // The script of the page, for browsers.
      bundle({
        absWorkingDir: root,
        outdir: aside,
        entryPoints: { 'page/live': 'page/client/live.ts' },
        bundle: true,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        minify: true,
        logLevel: 'silent',
      }),
      kept
        ? copyFileSync(join(dist, 'workflows.js'), join(aside, 'workflows.js'))
        : bundleWorkflows(root, join(aside, 'workflows.js')),
    ]);
    const made = filesBelow(aside);
    writeFileSync(
      join(aside, 'build.json'),
      JSON.stringify({ sources, workflows, version: versionOf(root, aside, made) }),
    );
    for (const name of [...made.sort((a, b) => b.split('/').length - a.split('/').length), 'build.json']) {
      mkdirSync(dirname(join(dist, name)), { recursive: true });
      renameSync(join(aside, name), join(dist, name));
    }
    for (const name of filesBelow(dist))
      if (name !== 'build.json' && !made.includes(name)) rmSync(join(dist, name), { force: true });
  } finally {
    rmSync(aside, { recursive: true, force: true });
    // The builder's process would live as long as this one: a worker runs for weeks.
    await stop();
  }
}

/** Waits for all of them before it throws: one that still writes would fill the folder that is being removed. */
async function settled(bundles) {
  for (const bundle of await Promise.allSettled(bundles)) if (bundle.status === 'rejected') throw bundle.reason;
}

const optionsOf = (root, outdir) => ({
  absWorkingDir: root,
  outdir,
  bundle: true,
  format: 'esm',
  // A command reads its own part of the code, and not that of the others.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20.5',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // Names stay, since errors tell them.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  // Packages that are no ES modules ask for Node's modules so.
  banner: { js: `import{createRequire as makeRequire}from"node:module";const require=makeRequire(import.meta.url);` },
  logLevel: 'silent', // scripts/build.mjs reports problems
});

const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));

/** Of all that a worker loads or starts: equal code has an equal version on every machine. */
function versionOf(root, dist, made) {
  const hash = createHash('sha256');
  const add = (folder, names) => {
    for (const name of names.sort()) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  };
  add(
    dist,
    made.filter((name) => /\.c?js$/.test(name)),
  );
  add(
    join(root, 'trainer'),
    filesBelow(join(root, 'trainer')).filter((name) => /\.(?:py|txt)$/.test(name)),
  );
  return hash.digest('hex').slice(0, 12);
}
