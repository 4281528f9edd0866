#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Run as: npx temper COMMAND. Its processes are started through this file as well, under two names that help does not list.

const root = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(`${root}node_modules/tsx`)) {
  process.stderr.write(
    `temper’s modules are not installed.\nRun \`npm ci\` in ${root}, or \`npm start\`, which does that as well.\n`,
  );
  process.exit(1);
}

const { register } = await import('tsx/esm/api');
register();
const [command, ...rest] = process.argv.slice(2);

if (command === 'worker') {
  const { runWorker } = await import('../workers/main.ts');
  await runWorker(rest[0]);
  process.exit(0);
} else if (command === 'supervise') {
  const { supervise } = await import('../services/supervisor.ts');
  process.exit(await supervise(rest[0]));
} else {
  const { main } = await import('../cli/main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
