import { join } from 'node:path';
import type { Reporter, Say } from '../machine/report.ts';
import { announce, buildLog, type Found, type Setup, type SetupOptions, setupContext } from './context.ts';
import { ensureProgram } from './programs/ensure-program.ts';
import { buildWithGo } from './programs/go.ts';
import { pins, type VendorPin } from './versions.ts';

/** Temporal's command line program, which holds its development server and web pages. */
export async function ensureTemporal(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions & { pin?: VendorPin } = {},
): Promise<Found> {
  const setup = setupContext(cache, report, options);
  const pin = options.pin ?? pins.temporal;
  return await announce(setup, 'Temporal', (say) =>
    ensureProgram(setup, { part: 'temporal', title: 'Temporal', pin, build: build(pin) }, say),
  );
}

const build = (pin: VendorPin) => async (setup: Setup, folder: string, say: Say) => {
  say('building it from its source', `(about ${pin.build_minutes} minutes)`);
  await buildWithGo(setup, {
    pin,
    bin: join(folder, 'bin'),
    log: buildLog(setup, 'temporal'),
    onLine: (line) => say('building it from its source', `(${line.slice(0, 60)})`),
  });
  return pin.go_module;
};
