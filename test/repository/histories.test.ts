import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  changedReleases,
  digestOfFiles,
  freeze,
  historiesFolder,
  readReleases,
} from '../../scripts/release-histories.ts';
import { root } from '../rig/temper.ts';

test('the histories of a release are as they were when it was released', () =>
  assert.deepEqual(changedReleases(historiesFolder), []));

for (const [version, digest] of Object.entries(readReleases(historiesFolder))) {
  const tag = `v${version}`;
  const hasTag = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${tag}^{commit}`], { cwd: root }).status === 0;
  test(`the histories of ${version} are those of its tag`, {
    skip: hasTag ? false : `this clone has no tag ${tag}`,
  }, () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, maxBuffer: 1 << 28 });
    const folder = `test/histories/${version}`;
    const names = git('ls-tree', '--name-only', `${tag}:${folder}`).toString().trim().split('\n');
    const files = new Map(names.map((name) => [name, git('show', `${tag}:${folder}/${name}`)]));
    assert.equal(digestOfFiles(files), digest);
  });
}

let histories: string;
const write = (path: string, text: string) => writeFileSync(join(histories, path), text);
beforeEach(() => {
  histories = mkdtempSync(join(tmpdir(), 'temper-histories-'));
  mkdirSync(join(histories, 'unreleased'));
  write('releases.json', '{}');
  write('unreleased/one.json', '{"events":[1]}');
  write('unreleased/two.json', '{"events":[2]}');
});
afterEach(() => rmSync(histories, { recursive: true, force: true }));

test('a freeze moves the unreleased histories into the folder of the version and lists it', () => {
  freeze(histories, '0.1.0');
  assert.deepEqual(readdirSync(histories).sort(), ['0.1.0', 'releases.json']);
  assert.deepEqual(Object.keys(readReleases(histories)), ['0.1.0']);
  assert.deepEqual(changedReleases(histories), []);
});

const changes: readonly [string, () => void, string][] = [
  ['a changed byte', () => write('0.1.0/one.json', '{"events":[3]}'), '0.1.0 has changed'],
  ['a file more', () => write('0.1.0/three.json', '{}'), '0.1.0 has changed'],
  ['a file less', () => rmSync(join(histories, '0.1.0/two.json')), '0.1.0 has changed'],
  [
    'a folder that is gone',
    () => rmSync(join(histories, '0.1.0'), { recursive: true }),
    '0.1.0 is listed in releases.json and has no folder',
  ],
  ['a folder that is not listed', () => mkdirSync(join(histories, '0.2.0')), '0.2.0 is not listed in releases.json'],
];
for (const [what, change, problem] of changes) {
  test(`${what} in the released histories is found`, () => {
    freeze(histories, '0.1.0');
    change();
    assert.deepEqual(changedReleases(histories), [problem]);
  });
}

test('a version is frozen once, not below 0.1.0, and not without histories', () => {
  assert.throws(() => freeze(histories, '0.0.1'), /from version 0\.1\.0 on/);
  assert.throws(() => freeze(histories, 'unreleased'), /from version 0\.1\.0 on/);
  freeze(histories, '0.1.0');
  assert.throws(() => freeze(histories, '0.1.0'), /frozen already/);
  assert.throws(() => freeze(histories, '0.2.0'), /histories:record/);
});
