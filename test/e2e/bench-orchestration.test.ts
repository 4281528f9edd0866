import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../rig/temper.ts';

test('the bench of the engine runs to its end, in small, and prints what it promises', async () => {
  const small = ['--steps', '3', '--matrix', '5', '--rounds', '1', '--slots', '3', '--json'];
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'bench:orchestration', '--', ...small], {
    cwd: root,
  });
  const found = JSON.parse(stdout) as Record<string, Record<string, number>> & {
    peers: { name: string; ms_per_step?: number; absent?: string }[];
  };
  for (const shape of ['chain', 'fan_out', 'matrix']) {
    const { ratio, temper_ms_per_step, baseline_ms_per_step } = found[shape]!;
    for (const figure of [ratio, temper_ms_per_step, baseline_ms_per_step]) assert.ok(figure! > 0, shape);
  }
  assert.ok(found.unchanged!.seconds! > 0 && found.start!.version! > 0);
  for (const { name, ms_per_step, absent } of found.peers) assert.notEqual(ms_per_step, absent, name);
});
