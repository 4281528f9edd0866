// Run as: node scripts/run.mjs PROGRAM.ts ARGUMENTS…
// Installs the node modules where they are missing, then runs a TypeScript program of this repository in this process.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

await bootstrap();
const { ensureBuilt } = await import('./build.mjs');
await ensureBuilt();
const { register } = await import('tsx/esm/api');
register();
process.argv.splice(1, 1);
await import(pathToFileURL(resolve(process.argv[1])).href);
