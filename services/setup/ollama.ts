import { join } from 'node:path';
import type { Reporter, Say } from '../machine/report.ts';
import { announce, type Found, type Setup, type SetupOptions, setupContext } from './context.ts';
import { llamaCppSource } from './llama-cpp.ts';
import { ensureProgram } from './programs/ensure-program.ts';
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
    ensureProgram(setup, { part: 'ollama', title: 'Ollama', pin, goEnvironment: headers }, say),
  );
}

/**
 * Go's module archives leave out every folder named `vendor`, and with them three headers that Ollama includes. llama.cpp's
 * source carries the same ones. These variables, unlike CGO_CXXFLAGS, are no part of the compile cache's key; and the
 * system's own include folder must never be named in them, since the C++ headers then miss the C ones behind them.
 */
async function headers(setup: Setup, say: Say): Promise<Record<string, string>> {
  say('fetching headers');
  const folder = join((await llamaCppSource(setup)).source, 'vendor');
  return { CPLUS_INCLUDE_PATH: folder, C_INCLUDE_PATH: folder };
}
