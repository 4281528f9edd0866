import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Say } from '../../machine/report.ts';
import { buildLog, type Setup } from '../context.ts';
import { which } from '../programs/find-program.ts';
import { instructionSet } from '../programs/instruction-set.ts';
import { runCommand } from '../programs/run-command.ts';
import { ensureTool } from '../python/python-tools.ts';
import { pins } from '../versions.ts';
import { llamaCppSource } from './source.ts';
import { checkStarts } from './starts.ts';

export type LlamaCppProgram = 'llama-server' | 'llama-quantize';

/** Static programs without a web page, a test or a way to fetch models: what Ollama starts, and what quantizes. */
const options = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DBUILD_SHARED_LIBS=OFF',
  '-DLLAMA_CURL=OFF',
  '-DLLAMA_OPENSSL=OFF',
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_SUBPROCESS=OFF',
  '-DLLAMA_ALL_WARNINGS=OFF',
  '-DGGML_NATIVE=OFF',
  '-DGGML_OPENMP=OFF',
];

/**
 * Three quarters of the time go into code that runs once per token or never. There the compiler reads several files as
 * one and optimises little; what computes, ggml, is compiled with all it has.
 */
const quickly = ['-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG', '-DCMAKE_UNITY_BUILD=ON'];
/** Files that name a function like another one does, or refuse to see what the others include. */
const apart = {
  llama: ['src/models/gemma4.cpp'],
  'llama-common': ['common/chat.cpp'],
  mtmd: ['tools/mtmd/mtmd-helper.cpp', 'tools/mtmd/mtmd-helper-gen.cpp'],
};
const whenProject = `if(PROJECT_NAME STREQUAL "ggml")
  set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
  set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
  set(CMAKE_UNITY_BUILD OFF)
else()
${Object.entries(apart)
  .flatMap(([target, files]) => files.map((file) => ({ target, file })))
  .map(
    ({ target, file }) =>
      `  cmake_language(DEFER CALL set_property SOURCE "\${CMAKE_SOURCE_DIR}/${file}" TARGET_DIRECTORY ${target} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)\n`,
  )
  .join('')}endif()
`;

/** Builds programs of llama.cpp for this machine's instruction set, in a folder of its own that goes afterwards. */
export async function buildLlamaCpp(
  setup: Setup,
  { programs, into, aside, say }: { programs: readonly LlamaCppProgram[]; into: string; aside: string; say: Say },
): Promise<void> {
  if (!['c++', 'g++', 'clang++'].some((name) => which(name, setup.env))) {
    throw new TemperError('TOOL_MISSING', 'there is no C++ compiler to build llama.cpp with', {
      remedy: 'Install one: `apt-get install -y g++`, or on macOS `xcode-select --install`.',
    });
  }
  const [{ source }, bin] = await Promise.all([llamaCppSource(setup, say), ensureTool(setup, 'cmake')]);
  await mkdir(aside, { recursive: true });
  const hook = join(aside, 'when-project.cmake');
  await writeFile(hook, whenProject);
  const work = join(aside, 'build');
  const common = {
    program: join(bin, 'cmake'),
    env: { ...setup.env, PATH: `${bin}:${setup.env.PATH ?? ''}` },
    log: buildLog(setup, 'llama-cpp'),
    signal: setup.signal,
  };
  say('configuring its build');
  const how = [
    ...options,
    ...quickly,
    ...instructionSet().options,
    `-DLLAMA_BUILD_NUMBER=${pins.llama_cpp.tag.slice(1)}`,
  ];
  await runCommand({
    ...common,
    args: ['-G', 'Ninja', '-S', source, '-B', work, `-DCMAKE_PROJECT_INCLUDE=${hook}`, ...how],
  });
  await runCommand({
    ...common,
    args: ['--build', work, '--parallel', String(availableParallelism()), '--target', ...programs],
    onLine: (line) => {
      const count = /^\[\d+\/\d+\]/.exec(line)?.[0];
      if (count) say('building', count);
    },
  });
  await mkdir(into, { recursive: true });
  for (const name of programs) {
    await rename(join(work, 'bin', name), join(into, name));
    await checkStarts(join(into, name), setup);
  }
  await rm(aside, { recursive: true });
}
