import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  childEnvironment,
  ownEnvironment,
  serverEnvironment,
  toolEnvironment,
} from '../../../services/settings/child-environment.ts';

const children = ['command', 'trainer'] as const;

test('what decides whether the network and the device are found reaches commands and the trainer', () => {
  const env = {
    ALL_PROXY: 'http://p:1',
    LD_LIBRARY_PATH: '/usr/local/nvidia/lib64',
    CUDA_VISIBLE_DEVICES: '1',
    HF_ENDPOINT: 'https://hf-mirror.com',
    TZ: 'UTC',
  };
  for (const child of children) {
    const { ALL_PROXY, all_proxy, ...rest } = childEnvironment(child, env);
    assert.equal(ALL_PROXY ?? all_proxy, 'http://p:1');
    for (const name of ['LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'HF_ENDPOINT', 'TZ'] as const)
      assert.equal(rest[name], env[name], `${name} of ${child}`);
  }
});

test('what belongs to another program or another job reaches neither', () => {
  const names =
    'PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS VIRTUAL_ENV CONDA_PREFIX NODE_OPTIONS LD_PRELOAD RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR ACCELERATE_USE_CPU WANDB_API_KEY MLFLOW_TRACKING_URI OLLAMA_HOST OLLAMA_MODELS TEMPORAL_ADDRESS TEMPER_HOME';
  const env = Object.fromEntries(names.split(' ').map((name) => [name, '/x']));
  for (const child of children) assert.deepEqual(childEnvironment(child, env), {});
});

test('secrets of the worker do not reach a child, and settings about tokens do', () => {
  const env = { HF_TOKEN: 'canary', HUGGINGFACE_TOKEN: 'canary', HF_TOKEN_PATH: '/tokens/mine', HF_HOME: '/models' };
  assert.deepEqual(childEnvironment('trainer', env), { HF_TOKEN_PATH: '/tokens/mine', HF_HOME: '/models' });
  assert.deepEqual(childEnvironment('command', env), { HF_HOME: '/models' });
});

test('a command gets proxies as they are and this machine among the exemptions; without a proxy nothing is added', () => {
  const env = { https_proxy: 'p:1', NO_PROXY: 'a.example' };
  const noProxy = 'a.example,localhost,127.0.0.1,::1';
  assert.deepEqual(childEnvironment('command', env), { https_proxy: 'p:1', NO_PROXY: noProxy, no_proxy: noProxy });
  assert.deepEqual(childEnvironment('command', { NO_PROXY: 'a.example' }), { NO_PROXY: 'a.example' });
});

test('the trainer gets proxies and exemptions in forms that its client reads', () => {
  const env = {
    HTTPS_PROXY: '10.0.0.1:3128',
    NO_PROXY: '[fd00::2], 10.0.0.0/8 fd00::/8,.example.com,*.org,b.example:8080',
    HF_ENDPOINT: 'https://10.7.7.7/hub',
  };
  assert.deepEqual(childEnvironment('trainer', env), {
    HF_ENDPOINT: 'https://10.7.7.7/hub',
    https_proxy: 'http://10.0.0.1:3128',
    no_proxy: 'fd00::2,.example.com,.org,b.example:8080,10.7.7.7,localhost,127.0.0.1,::1',
  });
});

test('paths are expanded, and one that means nothing is left out', () => {
  const env = { HF_HOME: '~/models', XDG_CACHE_HOME: 'relative', TMPDIR: '/no/such/folder', XDG_SESSION_TYPE: 'tty' };
  assert.deepEqual(childEnvironment('trainer', env), { HF_HOME: join(homedir(), 'models'), XDG_SESSION_TYPE: 'tty' });
});

for (const [given, handed] of [
  ['', ''],
  ['-1', ''],
  [' 1, 0', '1,0'],
  ['GPU-8b1d,', 'GPU-8b1d'],
] as const)
  test(`CUDA_VISIBLE_DEVICES="${given}" reaches a child as "${handed}"`, () =>
    assert.equal(childEnvironment('trainer', { CUDA_VISIBLE_DEVICES: given }).CUDA_VISIBLE_DEVICES, handed));

test('temper’s own servers get nothing that is meant for the person’s', () => {
  const env = {
    OLLAMA_MODELS: '/elsewhere',
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_CONTEXT_LENGTH: '512',
    OLLAMA_NUM_PARALLEL: '8',
    OLLAMA_ORIGINS: '*',
    OLLAMA_HOST: '0.0.0.0',
    OLLAMA_PATH: '/opt/ollama',
    TEMPORAL_ADDRESS: 'cloud:7233',
    OLLAMA_FLASH_ATTENTION: '1',
    LD_LIBRARY_PATH: '/usr/lib/nvidia',
  };
  assert.deepEqual(serverEnvironment(env), { OLLAMA_FLASH_ATTENTION: '1', LD_LIBRARY_PATH: '/usr/lib/nvidia' });
});

test('set-up is not led to another Python, another target or another platform', () => {
  const env = {
    PATH: '/bin',
    PYTHONHOME: '/opt/anaconda',
    PYTHONPATH: '/site',
    VIRTUAL_ENV: '/venv',
    CONDA_PREFIX: '/opt/anaconda',
    PIP_USER: '1',
    PIP_TARGET: '/t',
    UV_PYTHON: '3.9',
    UV_SYSTEM_PYTHON: '1',
    GOFLAGS: '-mod=vendor',
    GOOS: 'windows',
    GOPROXY: 'https://goproxy.cn',
    PIP_CERT: '/etc/company.pem',
  };
  assert.deepEqual(toolEnvironment(env), {
    PATH: '/bin',
    GOPROXY: 'https://goproxy.cn',
    PIP_CERT: '/etc/company.pem',
  });
});

test('a mirror that pip or uv is told of serves both', () => {
  for (const name of ['PIP_INDEX_URL', 'UV_INDEX_URL', 'UV_DEFAULT_INDEX']) {
    const { PIP_INDEX_URL, UV_DEFAULT_INDEX } = toolEnvironment({ [name]: 'https://mirror/simple' });
    assert.deepEqual([PIP_INDEX_URL, UV_DEFAULT_INDEX], ['https://mirror/simple', 'https://mirror/simple'], name);
  }
});

test('the services keep what Node is told, but no debugger of the shell', () => {
  const env = { NODE_OPTIONS: '--inspect=9229 --use-openssl-ca', VSCODE_INSPECTOR_OPTIONS: '{}', A: 'b' };
  assert.deepEqual(ownEnvironment(env, { TEMPER_HOME: '/h' }), {
    NODE_OPTIONS: '--use-openssl-ca',
    A: 'b',
    TEMPER_HOME: '/h',
  });
});
