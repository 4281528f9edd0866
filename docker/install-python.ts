// Run as: node dist/install-python.js
// Installs the trainer's locked Python into the image, in the place where a worker looks for it.
import { cacheDir } from '../services/machine/home.ts';
import { ensurePython } from '../services/setup/python/environment.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const { path } = await ensurePython(cacheDir(), say);
say(`the trainer's Python is ${path}`);
