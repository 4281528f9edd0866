import type { Reporter } from '../machine/report.ts';
import { announce, type Found, type SetupOptions, setupContext } from './context.ts';
import { ensureProgram } from './programs/ensure-program.ts';
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
    ensureProgram(setup, { part: 'temporal', title: 'Temporal', pin }, say),
  );
}
