// Installs the trainer's locked Python into the image, in the place where a worker looks for it.
// Run as: node docker/install-python.mjs
import { register } from 'tsx/esm/api';

register();
const { cacheDir } = await import('../services/machine/home.ts');
const { ensurePython } = await import('../services/setup/python.ts');
const say = (line) => process.stdout.write(`${line}\n`);
const { path } = await ensurePython(cacheDir(), say);
say(`the trainer's Python is ${path}`);
