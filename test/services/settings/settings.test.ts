import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { settingChangeWords, settingProblemWords } from '../../../core/words/settings.ts';
import { cacheDir, openHome } from '../../../services/machine/home.ts';
import { requireSettings, settingProblems } from '../../../services/settings/settings.ts';
import { keptSettings, settingChanges } from '../../../services/settings/since-up.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

const wordsOf = (env: Record<string, string>) => settingProblems(env).map(settingProblemWords);

for (const [variable, value, words] of [
  ['HF_ENDPOINT', 'hf-mirror.com', 'write HF_ENDPOINT=https://hf-mirror.com'],
  ['HF_ENDPOINT', 'https：//hf-mirror.com', 'write HF_ENDPOINT=https://hf-mirror.com'],
  ['HF_ENDPOINT', '“https://hf-mirror.com”', 'write HF_ENDPOINT=https://hf-mirror.com'],
  ['HF_ENDPOINT', 'https:/hf-mirror.com', 'write HF_ENDPOINT=https://hf-mirror.com'],
  ['HF_ENDPOINT', 'ftp://hf-mirror.com', 'must begin with http:// or https://'],
  [
    'TEMPORAL_ADDRESS',
    'http://temporal:7233',
    'must be HOST:PORT without a scheme or a path, got "http://temporal:7233"; write TEMPORAL_ADDRESS=temporal:7233',
  ],
  ['TEMPORAL_ADDRESS', ':7233', 'must be HOST:PORT'],
  ['TEMPORAL_ADDRESS', 'temporal:99999', 'must be HOST:PORT'],
  ['TEMPER_PORT_BASE', 'many', 'must be a whole number from 1 to 64000, got "many"'],
  ['TEMPER_PORT_BASE', '65000', 'must be a whole number from 1 to 64000'],
  ['TEMPER_OLLAMA', 'mine', 'must be own or unset, got "mine"'],
  ['HF_HUB_DOWNLOAD_TIMEOUT', '60s', 'must be a whole number of at least 0, got "60s"'],
  ['CUDA_VISIBLE_DEVICES', 'cuda:0', 'must list numbers or ids of devices'],
  ['CUDA_VISIBLE_DEVICES', '0;1', 'must list numbers or ids of devices'],
  ['HF_HOME', 'models', `write HF_HOME=${resolve('models')}`],
  ['TEMPER_CACHE', '~ann/cache', 'the home of another user is not looked up'],
  ['TEMPER_HOME', '"~/t"', `write TEMPER_HOME=${join(homedir(), 't')}`],
] as const)
  test(`${variable}=${value} is named: ${words}`, () => {
    const [told, ...more] = wordsOf({ [variable]: value });
    assert.deepEqual(more, []);
    assert.ok(told?.startsWith(`${variable} must `) && told.includes(words), told);
  });

test('every malformed variable is named at once, and an empty one counts as not set', () => {
  assert.throws(() => requireSettings({ HF_ENDPOINT: 'x', TEMPER_PORT_BASE: 'y', OLLAMA_HOST: '' }), {
    code: 'BAD_SETTING',
    message: /^TEMPER_PORT_BASE must .*\nHF_ENDPOINT must /,
  });
  requireSettings({
    HF_ENDPOINT: 'https://a',
    TEMPER_HOME: '~/x',
    HTTPS_PROXY: 'p:3128',
    CUDA_VISIBLE_DEVICES: 'GPU-1a,0',
  });
  requireSettings({ HF_ENDPOINT: 'x', TEMPER_PORT_BASE: '1' }, ['TEMPER_PORT_BASE']);
});

test('a home that begins with ~/ is expanded, and a relative one is refused without making a folder', (t) => {
  const root = temporaryFolder(t);
  assert.equal(cacheDir({ TEMPER_CACHE: '~/c' }), join(homedir(), 'c'));
  assert.equal(cacheDir({ XDG_CACHE_HOME: 'relative' }), join(homedir(), '.cache', 'temper'));
  assert.equal(openHome({ XDG_DATA_HOME: root }).root, join(root, 'temper'));
  assert.throws(() => openHome({ TEMPER_HOME: 'state' }), {
    code: 'BAD_SETTING',
    message: `TEMPER_HOME must be an absolute path, got "state": it means another folder in each folder; write TEMPER_HOME=${resolve('state')}`,
  });
});

const changes = (then: Record<string, string>, now: Record<string, string>) =>
  settingChanges(keptSettings(then, 'salt'), keptSettings(now, 'salt'));

test('a setting that the services do not have is told in one line, and a secret only by its name', () => {
  const told = settingChangeWords(
    changes(
      { HF_ENDPOINT: 'https://a', HF_TOKEN: 'one', HTTPS_PROXY: 'http://me:pw1@p:1' },
      { HF_ENDPOINT: 'https://b/', HF_TOKEN: 'two', https_proxy: 'me:pw2@p:1', CUDA_VISIBLE_DEVICES: '' },
    ),
  );
  assert.equal(
    told,
    'the running services have other settings than this shell: CUDA_VISIBLE_DEVICES is (empty) only here; HF_ENDPOINT is https://a there and https://b here; HF_TOKEN has another value; HTTPS_PROXY has another value. `npx temper down` and `npx temper up` take these over',
  );
  const kept = JSON.stringify(keptSettings({ HF_TOKEN: 'hush', HTTPS_PROXY: 'http://me:hush@p:1' }, 'salt'));
  assert.ok(!kept.includes('hush'), kept);
});

test('a value that means the same is no change', () => {
  assert.deepEqual(changes({ OLLAMA_HOST: '127.0.0.1' }, {}), []);
  assert.deepEqual(changes({ OLLAMA_HOST: ':11500' }, { OLLAMA_HOST: 'http://127.0.0.1:11500/' }), []);
  assert.deepEqual(changes({ HF_HOME: '~/m' }, { HF_HOME: join(homedir(), 'm') }), []);
  assert.deepEqual(changes({ HTTPS_PROXY: 'p:1' }, { https_proxy: 'http://p:1/' }), []);
  assert.deepEqual(changes({ TEMPER_HOME: '/a', PATH: '/b' }, { TEMPER_HOME: '/c', PATH: '/d' }), []);
});
