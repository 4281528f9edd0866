import { z } from 'zod';
import { bytes, count, flag, open, text } from './fields.ts';

const counted = z.strictObject({ count, bytes });
const addresses = open('of Temporal, its web UI and Ollama');

/** What commands about this machine print with `--json`. */
export const machineShapes = {
  up: z.strictObject({ home: text, addresses }),
  down: z.strictObject({ home: text, stopped: flag.describe('false if nothing was running') }),
  status: z.looseObject({
    home: text,
    condition: text.describe('`up`, `down`, `left`, or a phase on the way'),
    services: z.record(text, open('status, address, version, log, restarts, since, lastEnd')).optional(),
    addresses: addresses.optional(),
    notes: z.array(text).optional(),
  }),
  doctor: z.union([
    z.array(z.strictObject({ name: text, ok: flag, detail: text, remedy: text.optional() })),
    z.array(open('what was proven, with BASE')),
  ]),
  gc: z.strictObject({
    removals: z.array(
      z.strictObject({
        kind: text,
        name: text,
        reason: text,
        bytes: bytes.optional().describe('absent if it was kept'),
      }),
    ),
    table: z.array(z.strictObject({ kind: text, kept: counted, removed: counted })),
    notes: z.array(text),
    verified: open('artifacts that were read and damages, with `--verify`').optional(),
  }),
  'secret set': z.strictObject({ name: text }),
  'secret ls': z.array(text),
} as const;
