#!/usr/bin/env node
import { register } from 'tsx/esm/api';
register();
const [command, ...rest] = process.argv.slice(2);
if (command === 'worker') { const { runWorker } = await import('../workers/main.ts'); await runWorker(rest[0]); process.exit(0); }
const { main } = await import('../cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
