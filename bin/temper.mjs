#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadProgram } from './program.mjs';

// Run as: npx temper COMMAND. Its processes are started through this file as well, under two names that help does not list.

const root = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(`${root}node_modules/tsx`)) {
  process.stderr.write(
    `temper’s modules are not installed.\nRun \`npm ci\` in ${root}, or \`npm start\`, which does that as well.\n`,
  );
  process.exit(1);
}

const [command = '', ...rest] = process.argv.slice(2);

if (command === 'worker') {
  process.setSourceMapsEnabled(true);
  const { runWorker } = await loadProgram('worker');
  await runWorker(rest[0]);
  process.exit(0);
} else if (command === 'supervise') {
  process.setSourceMapsEnabled(true);
  const { supervise } = await loadProgram('supervise');
  process.exit(await supervise(rest[0]));
} else {
  // Reading maps takes time that a command of a moment does not have.
  const isDebugged = Boolean(process.env.TEMPER_DEBUG);
  process.setSourceMapsEnabled(isDebugged);
  const purpose = /^[a-z]{2,12}$/.test(command) ? command : 'any';
  const { main, keep } = await loadProgram('cli', isDebugged ? {} : { command: purpose });
  process.exitCode = await main(process.argv.slice(2));
  if (process.exitCode === 0) keep();
}
