import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

const hashOf = (data) => createHash('sha256').update(data).digest();
const hashLength = 32;

/**
 * Bundled scripts of one folder, with what V8 compiled of them the last time: most of a short command's time is spent in
 * compiling what it needs. `purpose` names the command, since each needs other parts.
 */
export class CompiledScripts {
  #folder;
  #purpose;
  #loaded = new Map();
  constructor(folder, purpose) {
    this.#folder = folder;
    this.#purpose = `${purpose}-${process.version}-${process.arch}`;
  }

  /** What the script exports. */
  load(name) {
    const known = this.#loaded.get(name);
    if (known) return known.exports;
    const file = join(this.#folder, name);
    const cachedData = this.#read(name);
    // Written in ASCII, see `make-bundle.mjs`: one byte a letter is the form that needs no decoding.
    const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
    const script = new Script(text, { filename: file, ...(cachedData ? { cachedData } : {}) });
    const module = { exports: {} };
    this.#loaded.set(name, {
      get exports() {
        return module.exports;
      },
      script: cachedData && !script.cachedDataRejected ? undefined : script,
    });
    const own = createRequire(file);
    const require = (path) => (path.startsWith('./') ? this.load(path.slice(2)) : own(path));
    script.runInThisContext()(module.exports, require, module, file, this.#folder);
    return module.exports;
  }

  /** Keeps what was compiled, where nothing was kept before. A disk that takes no more is no reason to fail. */
  keep() {
    for (const [name, { script }] of this.#loaded) {
      if (!script) continue;
      const data = script.createCachedData();
      const aside = `${this.#file(name)}.${process.pid}`;
      try {
        writeFileSync(aside, Buffer.concat([hashOf(data), data]));
        renameSync(aside, this.#file(name));
      } catch {
        rmSync(aside, { force: true });
      }
    }
  }

  #file = (name) => join(this.#folder, `${name}-${this.#purpose}.cache`);

  /** V8 trusts the bytes it is given. */
  #read(name) {
    try {
      const all = readFileSync(this.#file(name));
      const data = all.subarray(hashLength);
      return hashOf(data).equals(all.subarray(0, hashLength)) ? data : undefined;
    } catch {
      return undefined;
    }
  }
}
