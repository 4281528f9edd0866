import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ledger, type LedgerLine } from '../../services/ledger.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-ledger-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** A ledger of attempts that ended so, each a number of minutes ago. */
async function ledgerOf(name: string, ...ends: [minutes: number, code: string, execution?: string][]): Promise<Ledger> {
  const ledger = await Ledger.open(join(folder, name));
  for (const [index, [minutes, code, execution = 'now']] of ends.entries()) {
    const common = { event: 'ended', attempt: index + 1, at: minutesAgo(minutes) } as const;
    const line: LedgerLine =
      code === 'stopped'
        ? { ...common, how: 'stopped' }
        : { ...common, how: 'failed', execution, code, message: 'it failed' };
    await ledger.write(line);
  }
  return ledger;
}

const minutesWaiting = (ledger: Ledger, code: string) => Math.round(ledger.waitingFor(code, 'now') / 60_000);

test('failures that wait for the world are no failures of the step', async () => {
  const ledger = await ledgerOf(
    'counted',
    [9, 'OLLAMA_UNREACHABLE'],
    [8, 'HUB_UNREACHABLE'],
    [7, 'DISK_FULL'],
    [6, 'FENCED'],
    [5, 'stopped'],
    [4, 'COMMAND_FAILED', 'an earlier execution'],
    [3, 'OLLAMA_FAILED'],
  );
  assert.equal(ledger.failuresIn('now'), 1);
});

test('how long a step waits is counted from the first of its like failures in a row', async () => {
  const row = await ledgerOf(
    'row',
    [90, 'OLLAMA_UNREACHABLE'],
    [60, 'KILLED'],
    [50, 'OLLAMA_UNREACHABLE'],
    [1, 'OLLAMA_UNREACHABLE'],
  );
  assert.equal(minutesWaiting(row, 'OLLAMA_UNREACHABLE'), 50);
  assert.equal(minutesWaiting(row, 'HUB_UNREACHABLE'), 0);
  const deployed = await ledgerOf('deployed', [50, 'HUB_UNREACHABLE'], [40, 'stopped'], [1, 'HUB_UNREACHABLE']);
  assert.equal(minutesWaiting(deployed, 'HUB_UNREACHABLE'), 50);
  const resumed = await ledgerOf('resumed', [50, 'HUB_UNREACHABLE', 'an earlier execution'], [1, 'HUB_UNREACHABLE']);
  assert.equal(minutesWaiting(resumed, 'HUB_UNREACHABLE'), 1);
});
