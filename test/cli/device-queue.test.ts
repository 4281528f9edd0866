// needs: python, temporal
import assert from 'node:assert/strict';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../../activities/run/run.ts';
import type { DeviceQueue } from '../../cli/view/device-queue.ts';
import { deviceHolders, noteDeviceHolder } from '../../services/machine/device-holders.ts';
import { queues } from '../../services/machine/home.ts';
import { machineId } from '../../services/machine/machine-id.ts';
import { makeDeps } from '../rig/deps.ts';
import { eventually } from '../rig/eventually.ts';
import { HomeRig } from '../rig/servers/home-rig.ts';

let rig: HomeRig;
before(async () => {
  rig = await HomeRig.start();
});
after(async () => await rig.stop());

/** A step on the device that works until its gate file is there. */
const gated = (name: string, gate: string) => `
name: ${name}
steps:
  slow:
    uses: run
    resources: { gpu: 1 }
    with: { command: [sh, -c, "while [ ! -e ${gate} ]; do sleep 0.1; done"] }
`;

interface Row extends Partial<Record<'hasDevice', DeviceQueue['holders']>> {
  run: string;
  waitsForDevice?: DeviceQueue['waiting'];
}

test('a step that waits for the device says which run and step has it, and for how long; ps shows the queue', async () => {
  const { home } = rig;
  const deps = await makeDeps({
    runs: home.runs,
    deviceLocks: join(home.root, 'devices', machineId()),
    queues: queues(home),
  });
  const gate = join(rig.folder, 'gate');
  await rig.withSteps(
    async () => {
      const start = async (name: string) => {
        const told = await rig.ok('run', await rig.file(`${name}.yaml`, gated(name, gate)), '--detach');
        return told.split('\n')[0]!;
      };
      const first = await start('first');
      const devices = join(home.root, 'devices');
      await eventually(
        'the first to have the device',
        async () => (await deviceHolders(devices))[0]?.run === first || undefined,
      );
      const second = await start('second');
      const shown = await eventually('the second to wait', async () => {
        const text = await rig.ok('show', second);
        return text.includes('waiting for the device') ? text : undefined;
      });
      assert.match(shown, new RegExp(`slow .*waiting for the device for \\S+: ${first}/slow has had it for \\S+`));
      const listed = await rig.ok('ps');
      assert.match(
        listed,
        new RegExp(`device\n {2}${first}/slow has had it for \\S+\n {2}1\\. ${second}/slow has waited for \\S+`),
      );
      const rows = JSON.parse(await rig.ok('ps', '--json')) as Row[];
      const [waiting, holding] = [second, first].map((id) => rows.find((row) => row.run === id)!);
      assert.deepEqual([waiting!.waitsForDevice?.[0]?.step, holding!.hasDevice?.[0]?.step], ['slow', 'slow']);
      await writeFile(gate, '');
      for (const id of [first, second]) assert.match(await rig.ok('watch', id), /succeeded/);
      assert.deepEqual(await deviceHolders(devices), []);
    },
    { run: run(deps) },
  );
  await rm(deps.root, { recursive: true, force: true });
});

test('what a killed worker, or a host that went silent, has left is no holder', async () => {
  const devices = join(rig.folder, 'devices');
  const leave = await noteDeviceHolder(join(devices, machineId()), { run: 'alive', step: 'train' });
  const note = (run: string, machine: string) =>
    JSON.stringify({
      run,
      step: 'train',
      host: 'h',
      machine,
      since: 1,
      process: { pid: process.pid, start: 'another boot' },
    });
  await writeFile(join(devices, machineId(), 'holder-1.json'), note('killed', machineId()));
  await mkdir(join(devices, 'far'));
  await writeFile(join(devices, 'far', 'holder-1.json'), note('far', 'far'));
  await writeFile(join(devices, 'far', 'holder-2.json'), note('silent', 'far'));
  await utimes(join(devices, 'far', 'holder-2.json'), 0, 0);
  const runs = (await deviceHolders(devices)).map(({ run }) => run);
  assert.deepEqual(runs.sort(), ['alive', 'far']);
  await leave();
  assert.deepEqual(
    (await deviceHolders(devices)).map(({ run }) => run),
    ['far'],
  );
});
