import { join } from 'node:path';
import type { Reporter, Say } from '../../machine/report.ts';
import { announce, type Found, type Setup, type SetupOptions, setupContext } from '../context.ts';
import { buildAside } from '../programs/build-aside.ts';
import { isProgram } from '../programs/find-program.ts';
import { instructionSet } from '../programs/instruction-set.ts';
import { writeOrigin } from '../programs/origin.ts';
import { pins } from '../versions.ts';
import { buildLlamaCpp } from './build.ts';
import { findQuantizer, quantizerFolder } from './find.ts';
import { llamaCppSource } from './source.ts';

export interface LlamaCpp extends Found {
  /** Folder with `convert_hf_to_gguf.py` and `gguf-py`. */
  source: string;
  /** The program `llama-quantize`; the same as `path`. */
  quantizer: string;
}

/** llama.cpp's converter and quantizer; the source is fetched on first use, and the quantizer is built where no Ollama brought it. */
export async function ensureLlamaCpp(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions = {},
): Promise<LlamaCpp> {
  const setup = setupContext(cache, report, options);
  return await announce(setup, 'llama.cpp', async (say) => {
    const { source } = await llamaCppSource(setup, say);
    const way = findQuantizer(cache) ? 'cached' : await buildQuantizer(setup, say);
    const quantizer = findQuantizer(cache)!;
    return { source, quantizer, path: quantizer, version: pins.llama_cpp.tag, way };
  });
}

/** The converter alone, which needs no compiler. */
export async function ensureConverter(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions = {},
): Promise<{ source: string; version: string }> {
  const { source } = await llamaCppSource(setupContext(cache, report, options), (what) => report(`llama.cpp: ${what}`));
  return { source, version: pins.llama_cpp.tag };
}

async function buildQuantizer(setup: Setup, say: Say): Promise<'built' | 'cached'> {
  const folder = quantizerFolder(setup.cache);
  const made = await buildAside({
    folder,
    isReady: () => isProgram(join(folder, 'bin', 'llama-quantize')),
    waiting: () => say('another process builds it, waiting for that'),
    signal: setup.signal,
    make: async (aside) => {
      await buildLlamaCpp(setup, {
        programs: ['llama-quantize'],
        into: join(aside, 'bin'),
        aside: join(aside, 'work'),
        say,
      });
      writeOrigin(aside, { way: 'built', from: `llama.cpp ${pins.llama_cpp.tag} for ${instructionSet().name}` });
    },
  });
  return made === 'made' ? 'built' : 'cached';
}
