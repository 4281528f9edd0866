import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instructionSetOf } from '../../../services/setup/programs/instruction-set.ts';

const x64 = (flags: string) => `processor\t: 0\nmodel name\t: A processor\nflags\t\t: fpu sse2 ${flags}\nbugs\t\t:\n`;

for (const { machine, architecture, cpuinfo, name } of [
  {
    machine: 'a processor of the last ten years',
    architecture: 'x64',
    cpuinfo: x64('avx avx2 fma f16c bmi1 bmi2'),
    name: 'avx2',
  },
  { machine: 'one with AVX alone', architecture: 'x64', cpuinfo: x64('avx f16c'), name: 'x64' },
  {
    machine: 'an ARM server',
    architecture: 'arm64',
    cpuinfo: 'Features\t: fp asimd asimdhp asimddp\n',
    name: 'dotprod',
  },
  { machine: 'an old ARM board', architecture: 'arm64', cpuinfo: 'Features\t: fp asimd\n', name: 'arm64' },
  { machine: 'a Mac', architecture: 'arm64', cpuinfo: undefined, name: 'dotprod' },
]) {
  test(`on ${machine} programs are built for ${name}`, () => {
    assert.equal(instructionSetOf(architecture, cpuinfo).name, name);
  });
}
