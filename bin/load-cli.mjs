import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
// Imported as a module, `fs` would load its streams too.
const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

/**
 * Loads dist/cli.cjs, and what it asks for beside itself, with the code that V8 compiled earlier: Node 20 keeps none between
 * two starts, and compiling takes half of the time of a small command. `keep` writes down what has been compiled by then,
 * where nothing usable was there.
 * @param {string} folder
 * @returns {{ main: (argv: readonly string[]) => Promise<number>, keep: () => void }}
 */
export function loadCli(folder) {
  const fresh = [];
  const loaded = new Map();
  const load = (name) => {
    const file = `${folder}/${name}`;
    // Only ASCII, which is read faster this way.
    const text = readFileSync(file, 'latin1');
    // V8 compares its own version and the length of the text, so the digest at the end has to tell two programs apart.
    const kept = `${file}-${process.versions.v8}-${text.slice(-digestLength)}.cache`;
    const cachedData = readIfThere(kept);
    const wrapped = `(function(exports,require,module,__filename,__dirname){${text}\n})`;
    const script = new Script(wrapped, { filename: file, cachedData });
    if (!cachedData || script.cachedDataRejected) fresh.push({ kept, script });
    const made = { exports: {} };
    loaded.set(name, made);
    script.runInThisContext()(made.exports, requireBeside, made, file, folder);
    return made;
  };
  const requireBeside = (name) =>
    name.startsWith('./') ? (loaded.get(name.slice(2)) ?? load(name.slice(2))).exports : require(name);
  const { main } = load('cli.cjs').exports;
  const keep = () => {
    for (const { kept, script } of fresh) writeIfPossible(kept, script.createCachedData());
  };
  return { main, keep };
}

/** Characters of the digest that scripts/build/ writes at the end of each program. */
export const digestLength = 16;

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The folder may belong to another user, or the disk be full: then every start compiles. */
function writeIfPossible(file, data) {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(aside, data);
    renameSync(aside, file);
  } catch {
    rmSync(aside, { force: true });
  }
}
