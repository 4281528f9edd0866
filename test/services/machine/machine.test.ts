import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMachineId } from '../../../services/machine/machine-id.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

const isRoot = process.getuid?.() === 0;
const module = (name: string) => new URL(`../../../services/machine/${name}.ts`, import.meta.url).href;

test('a machine keeps its id under another host name; without an id file the host name serves', (t) => {
  const file = join(temporaryFolder(t), 'machine-id');
  assert.equal(readMachineId([file]), hostname());
  writeFileSync(file, 'uninitialized\n');
  assert.equal(readMachineId([file]), hostname());
  writeFileSync(file, `${'5f'.repeat(16)}\n`);
  const id = readMachineId(['/does/not/exist', file]);
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.notEqual(id, '5f'.repeat(6));
});

test('a user id without a name can hold a lock and answer a step', {
  skip: !isRoot && 'only root can take another id',
}, () => {
  const code = `
    const { claim } = await import(${JSON.stringify(module('claim'))});
    const { userName } = await import(${JSON.stringify(module('person'))});
    const held = await claim('nameless ' + process.pid);
    console.log(held !== undefined, userName({}), userName({ USER: 'ada' }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    uid: 54_321,
    encoding: 'utf8',
    env: { ...process.env, HOME: '/', TMPDIR: '/tmp' },
  });
  assert.equal(stdout, 'true user-54321 ada\n', stderr);
});
