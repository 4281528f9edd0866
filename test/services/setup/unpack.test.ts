import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpack } from '../../../services/setup/fetch/unpack.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

interface Member {
  name: string;
  text?: string;
  /** A link's target; `hard` makes it a hard link. */
  to?: string;
  type?: 'file' | 'hard' | 'symbolic' | 'device' | 'folder' | 'pipe';
  mode?: number;
}
const types = { file: '0', hard: '1', symbolic: '2', device: '3', folder: '5', pipe: '6' };

/** An archive as no tar program would write it. */
function tar(...members: Member[]): Buffer {
  const blocks = members.flatMap(({ name, text = '', to = '', type = to ? 'symbolic' : 'file', mode = 0o644 }) => {
    const header = Buffer.alloc(512);
    const number = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
    header.write(name, 0);
    header.write(number(mode, 8) + number(12345, 8) + number(12345, 8), 100);
    header.write(number(Buffer.byteLength(text), 12) + number(0, 12), 124);
    header.write(`        ${types[type]}${to}`, 148);
    header.write('ustar\x0000', 257);
    header.write(number(1, 8) + number(5, 8), 329);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, Buffer.from(text), Buffer.alloc((512 - (Buffer.byteLength(text) % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const sound: Member = { name: 'sound.txt', text: 'sound' };
const sight = (to: string): Member[] => [
  { name: 'l', to },
  { name: 'l/escape', text: 'out' },
];

/** Made for the folder `place/in`; `place/treasure` and whatever else is beside it must stay as they are. */
const hostile: Readonly<Record<string, (place: string) => Buffer>> = {
  'a name that leads up': () => tar(sound, { name: '../escape', text: 'out' }),
  'a name that leads up by a detour': () => tar(sound, { name: 'a/../../escape', text: 'out' }),
  'a link up, and a file behind it': () => tar(sound, ...sight('..')),
  'a link to a place by its whole name, and a file behind it': (place) => tar(sound, ...sight(place)),
  'a link up alone': () => tar(sound, { name: 'l', to: '../treasure' }),
  'a link up from a folder': () => tar({ name: 'a/l', to: '../../treasure' }),
  'a link by a whole name': () => tar(sound, { name: 'l', to: '/etc/passwd' }),
  'two links that lead up together': () => tar({ name: 'a', to: '.' }, { name: 'b', to: 'a/..' }, ...sight('b/..')),
  'a hard link up': () => tar(sound, { name: 'h', to: '../treasure', type: 'hard' }),
  'a hard link to a system file': () => tar(sound, { name: 'h', to: '/etc/passwd', type: 'hard' }),
  'a hard link up that is written to': () =>
    tar({ name: 'h', to: '../treasure', type: 'hard' }, { name: 'h', text: 'changed' }),
  'a named pipe': () => tar(sound, { name: 'p', type: 'pipe' }),
  nothing: () => Buffer.alloc(0),
  'no archive': () => Buffer.from('this is a page that says: not found'),
  'half an archive': () => tar(sound, { name: 'large', text: 'x'.repeat(100_000) }).subarray(0, 50_000),
};

const pack: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'it.tar.gz': (bytes) => gzipSync(bytes),
  'it.tar.zst': (bytes) => execFileSync('zstd', ['-qc'], { input: bytes }),
};

for (const [name, compress] of Object.entries(pack)) {
  for (const [what, make] of Object.entries(hostile)) {
    test(`an archive (${name}) with ${what} is refused: nothing outside, nothing half`, async (t) => {
      const place = temporaryFolder(t);
      mkdirSync(join(place, 'in'));
      writeFileSync(join(place, 'treasure'), 'mine');
      writeFileSync(join(place, name), compress(make(place)));
      await assert.rejects(unpack(join(place, name), join(place, 'in')), Error);
      assert.deepEqual(readdirSync(join(place, 'in')), []);
      assert.deepEqual(readdirSync(place).sort(), ['in', name, 'treasure'].sort());
      assert.equal(readFileSync(join(place, 'treasure'), 'utf8'), 'mine');
    });
  }

  test(`an archive (${name}) that is cut off leaves nothing half`, async (t) => {
    const place = temporaryFolder(t);
    const whole = compress(
      tar(sound, { name: 'large', text: Array.from({ length: 50_000 }, (_, i) => `${i}`).join() }),
    );
    mkdirSync(join(place, 'in'));
    for (const part of [0.1, 0.5, 0.9, 0.99]) {
      writeFileSync(join(place, name), whole.subarray(0, Math.floor(whole.length * part)));
      await assert.rejects(unpack(join(place, name), join(place, 'in')));
      assert.deepEqual(readdirSync(join(place, 'in')), []);
    }
  });
}

test('a whole name in an archive is taken below the folder, and links inside it stay', async (t) => {
  const place = temporaryFolder(t);
  const members = [sound, { name: `${place}/absolute`, text: 'in' }, { name: 'lib/a', text: 'a' }];
  writeFileSync(
    join(place, 'it.tar.gz'),
    gzipSync(tar(...members, { name: 'lib/b', to: 'a' }, { name: 'c', to: 'lib/b' })),
  );
  mkdirSync(join(place, 'in'));
  await unpack(join(place, 'it.tar.gz'), join(place, 'in'));
  assert.ok(!existsSync(join(place, 'absolute')) && existsSync(join(place, 'in', place, 'absolute')));
  assert.equal(readFileSync(join(place, 'in', 'c'), 'utf8'), 'a');
  assert.equal(lstatSync(join(place, 'in', 'sound.txt')).uid, process.getuid!());
  assert.deepEqual(
    readdirSync(join(place, 'in')).filter((name) => name.startsWith('.')),
    [],
  );
});
