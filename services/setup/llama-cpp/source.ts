import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Say } from '../../machine/report.ts';
import { buildLog, type Setup } from '../context.ts';
import { unpack } from '../fetch/unpack.ts';
import { buildAside } from '../programs/build-aside.ts';
import { downloadSource } from '../python/python-tools.ts';
import { pins } from '../versions.ts';

/** llama.cpp's tree: the converter, and what its programs are built from. One version for all, that which the pinned Ollama names. */
export async function llamaCppSource(setup: Setup, say: Say = () => {}): Promise<{ source: string }> {
  const { package: name, version, megabytes } = pins.llama_cpp;
  const source = join(setup.cache, 'llama.cpp', `${version}-source`);
  await buildAside({
    folder: source,
    isReady: () => existsSync(join(source, 'convert_hf_to_gguf.py')),
    waiting: () => say('another process fetches its source, waiting for that'),
    signal: setup.signal,
    make: async (aside) => {
      say('fetching its source', `(${megabytes} MB)`);
      await downloadSource(setup, { lock: 'llama-cpp', package: name, into: aside, log: buildLog(setup, 'llama-cpp') });
      const archive = (await readdir(aside)).find((file) => file.endsWith('.tar.gz'));
      if (!archive) throw new Error(`no source distribution of ${name} came`);
      await unpack(join(aside, archive), aside);
      await rm(join(aside, archive));
      // Only the tree inside is wanted: llama.cpp's own, under the MIT licence, without the wrapper around it.
      const outer = join(aside, (await readdir(aside))[0]!);
      for (const file of await readdir(join(outer, 'llama.cpp')))
        await rename(join(outer, 'llama.cpp', file), join(aside, file));
      await rm(outer, { recursive: true });
    },
  });
  return { source };
}
