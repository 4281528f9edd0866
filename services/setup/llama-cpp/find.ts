import { join } from 'node:path';
import { isProgram, programFolder } from '../programs/find-program.ts';
import { instructionSet } from '../programs/instruction-set.ts';
import { pins } from '../versions.ts';

/** Folder of a quantizer that is built alone. */
export const quantizerFolder = (cache: string): string =>
  join(cache, 'llama.cpp', `${pins.llama_cpp.version}-${instructionSet().name}`);

/** The quantizer that lies in the cache: beside temper's own Ollama, which brings one of the same version, or built alone. */
export function findQuantizer(cache: string): string | undefined {
  const places = [
    join(programFolder(cache, 'ollama', pins.ollama), 'lib', 'ollama'),
    join(quantizerFolder(cache), 'bin'),
  ];
  return places.map((place) => join(place, 'llama-quantize')).find(isProgram);
}
