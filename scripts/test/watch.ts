import { once } from 'node:events';
import { watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** An editor writes several files in a row, ms. */
const settleMs = 200;

/** Runs `again` after each change of a source, a test or a document of this repository; a change during a run starts one more. Never ends. */
export async function watchSources(again: () => Promise<void>): Promise<never> {
  const changes = watch('.', { recursive: true });
  let changed = false;
  changes.on('change', (_, name) => {
    if (
      /\.(?:ts|mjs|json|py|yaml|md)$/.test(String(name)) &&
      !/(?:^|\/)(?:node_modules|dist|\.git)\//.test(String(name))
    )
      changed = true;
  });
  for (;;) {
    process.stdout.write('\nwaiting for a change\n');
    while (!changed) await once(changes, 'change');
    await delay(settleMs);
    changed = false;
    await again();
  }
}
