#!/usr/bin/env node
// Run as: npx temper COMMAND. Its processes are started through this file as well, under four names that help does not list.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadCli } from './load-cli.mjs';

module.enableCompileCache?.(); // Node 22.8
const builder = new URL('../scripts/build.mjs', import.meta.url);
// In a checkout the sources may be newer than dist/. A package has no sources.
if (
  module
    .createRequire(import.meta.url)('node:fs')
    .existsSync(builder)
)
  await (await import(builder.href)).ensureBuilt();

// Failures of a connection are told in temper's own words; the library would print its own line for each try.
process.env.GRPC_VERBOSITY ??= 'NONE';

const [command, argument] = process.argv.slice(2);
if (command === 'worker') {
  process.setSourceMapsEnabled(true);
  const { runWorker } = await import('../dist/worker.js');
  await runWorker(argument);
  process.exit(0);
} else if (command === 'prove') {
  process.setSourceMapsEnabled(true);
  const { prove } = await import('../dist/prove.js');
  process.exit(await prove());
} else if (command === 'foresee') {
  process.setSourceMapsEnabled(true);
  const { foresee } = await import('../dist/foresee.js');
  process.exit(await foresee());
} else if (command === 'supervise') {
  process.setSourceMapsEnabled(true);
  const { supervise } = await import('../dist/supervisor.js');
  process.exit(await supervise(argument));
} else {
  // Reading maps takes time that a command of a moment does not have.
  process.setSourceMapsEnabled(Boolean(process.env.TEMPER_DEBUG));
  const folder = fileURLToPath(new URL('../dist', import.meta.url));
  // Maps belong to files that Node loads by itself.
  const { main, keep } = process.env.TEMPER_DEBUG ? await import(`${folder}/cli.cjs`) : loadCli(folder);
  process.exitCode = await main(process.argv.slice(2));
  keep?.();
}
