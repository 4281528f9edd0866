import { readFileSync } from 'node:fs';

/** What compiled code may use of a processor. The name is part of the folder's: a cache may move to another machine. */
export interface InstructionSet {
  name: 'avx2' | 'x64' | 'dotprod' | 'arm64';
  /** Options of llama.cpp's build. */
  options: readonly string[];
}

const sets: Record<InstructionSet['name'], readonly string[]> = {
  avx2: ['-DGGML_AVX=ON', '-DGGML_AVX2=ON', '-DGGML_FMA=ON', '-DGGML_F16C=ON', '-DGGML_BMI2=ON'],
  x64: ['-DGGML_AVX=OFF', '-DGGML_AVX2=OFF', '-DGGML_FMA=OFF', '-DGGML_F16C=OFF', '-DGGML_BMI2=OFF'],
  dotprod: ['-DGGML_CPU_ARM_ARCH=armv8.2-a+dotprod+fp16'],
  arm64: ['-DGGML_CPU_ARM_ARCH=armv8-a'],
};

const needed = {
  avx2: ['avx', 'avx2', 'fma', 'f16c', 'bmi2'],
  dotprod: ['asimddp', 'asimdhp'],
};

/** The best of these that a processor of this architecture has; `cpuinfo` is Linux's description of it. */
export function instructionSetOf(architecture: string, cpuinfo: string | undefined): InstructionSet {
  // Every Mac that Node runs on has them.
  const flags =
    cpuinfo === undefined ? undefined : new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/));
  const has = (names: readonly string[]) => flags === undefined || names.every((name) => flags.has(name));
  const best =
    architecture === 'arm64' ? (has(needed.dotprod) ? 'dotprod' : 'arm64') : has(needed.avx2) ? 'avx2' : 'x64';
  return { name: best, options: sets[best] };
}

let own: InstructionSet | undefined;

/** The instruction set of this machine. */
export function instructionSet(): InstructionSet {
  own ??= instructionSetOf(
    process.arch,
    process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : undefined,
  );
  return own;
}
