import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter, Say } from '../machine/report.ts';
import { announce, buildLog, type Found, type Setup, type SetupOptions, setupContext } from './context.ts';
import { buildLlamaCpp } from './llama-cpp/build.ts';
import { llamaCppSource } from './llama-cpp/source.ts';
import { ensureProgram } from './programs/ensure-program.ts';
import { buildWithGo } from './programs/go.ts';
import { instructionSet } from './programs/instruction-set.ts';
import { pins, type VendorPin } from './versions.ts';

/** Ollama's program. */
export async function ensureOllama(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions & { pin?: VendorPin } = {},
): Promise<Found> {
  const setup = setupContext(cache, report, options);
  const pin = options.pin ?? pins.ollama;
  return await announce(setup, 'Ollama', (say) =>
    ensureProgram(
      setup,
      { part: 'ollama', title: 'Ollama', pin, build: pin.runs_llama_cpp ? buildBoth(pin) : buildOne(pin) },
      say,
    ),
  );
}

/** Ollama itself is Go; the server that it starts for a model, and the quantizer, are llama.cpp's. Both are built at once. */
const buildBoth = (pin: VendorPin) => async (setup: Setup, folder: string, say: Say) => {
  const phases = { go: 'compiling', llama: 'waiting' };
  const show = () => say('building it from its source', `(Ollama: ${phases.go}; llama.cpp: ${phases.llama})`);
  const failed = new AbortController();
  const both: Setup = {
    ...setup,
    signal: setup.signal ? AbortSignal.any([setup.signal, failed.signal]) : failed.signal,
  };
  const library = join(folder, 'lib', 'ollama');
  await mkdir(library, { recursive: true });
  const parts = [
    buildGoPart(
      both,
      pin,
      folder,
      (line) => {
        phases.go = line.slice(0, 50);
        show();
      },
      // All its C is a database of chats; half its build is that one file.
      { CGO_CFLAGS: '-O1 -g0' },
    ).then(() => {
      phases.go = 'built';
    }),
    buildLlamaCpp(both, {
      programs: ['llama-server', 'llama-quantize'],
      into: library,
      aside: join(folder, 'work'),
      say: (phase, detail) => {
        phases.llama = [phase, detail].filter(Boolean).join(' ');
        show();
      },
    }),
  ];
  // Nothing may still be written when the folder is removed.
  const ended = await Promise.allSettled(
    parts.map((part) =>
      part.catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    ),
  );
  const lost = ended.find((part) => part.status === 'rejected');
  if (lost) throw failed.signal.reason ?? lost.reason;
  return `${pin.go_module}, llama.cpp ${pins.llama_cpp.tag} for ${instructionSet().name}`;
};

/** Until 0.30 or so the runner is part of the program. */
const buildOne = (pin: VendorPin) => async (setup: Setup, folder: string, say: Say) => {
  say('fetching headers');
  const headers = join((await llamaCppSource(setup)).source, 'vendor');
  // Go's module archives leave out every folder named `vendor`, and with them three headers that Ollama includes.
  // llama.cpp's source carries the same ones. These variables, unlike CGO_CXXFLAGS, are no part of the compile cache's
  // key; and the system's own include folder must never be named in them, since the C++ headers then miss the C ones.
  await buildGoPart(setup, pin, folder, (line) => say('building it from its source', `(${line.slice(0, 60)})`), {
    CPLUS_INCLUDE_PATH: headers,
    C_INCLUDE_PATH: headers,
  });
  return pin.go_module;
};

const buildGoPart = (
  setup: Setup,
  pin: VendorPin,
  folder: string,
  onLine: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
) => buildWithGo(setup, { pin, bin: join(folder, 'bin'), log: buildLog(setup, 'ollama'), env, onLine });
