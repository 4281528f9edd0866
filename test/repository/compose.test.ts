import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { quick } from '../../services/stack/temporal-settings.ts';
import { searchAttributeFlags } from '../../services/temporal/namespace.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const run = promisify(execFile);

interface Service {
  image: string;
  restart?: string;
  init?: boolean;
  hostname?: string;
  stop_grace_period?: string;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  environment?: Record<string, string | null>;
  deploy?: { resources: { reservations: { devices: { capabilities: string[] }[] } } };
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const onGpu = parse(read('docker-compose.gpu.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const runsOn = (service: Service) => service.restart === 'unless-stopped';

test('both compose files follow the Compose Specification', () => {
  // The specification's own schema, as compose-go 2.16.1 carries it.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const isCompose = ajv.compile(JSON.parse(read('test/fixtures/compose-spec.json')));
  for (const document of [compose, onGpu]) {
    isCompose(document);
    assert.deepEqual(isCompose.errors, null);
  }
  isCompose({ services: { one: { image: 'x', depend_on: ['two'] } } });
  assert.notEqual(isCompose.errors, null);
});

test('docker compose itself reads both files', async (context) => {
  const client = await run('docker', ['compose', 'version']).catch(() => undefined);
  if (!client) return context.skip('Docker: there is no `docker compose` on this machine');
  await run('docker', ['compose', '-f', 'docker-compose.yml', 'config', '--quiet'], { cwd: root });
  await run('docker', ['compose', '-f', 'docker-compose.yml', '-f', 'docker-compose.gpu.yml', 'config', '--quiet'], {
    cwd: root,
  });
});

test('the stack starts on a CPU, and the GPU file adds a device to the training and to Ollama alone', () => {
  assert.deepEqual(
    services.filter(([, service]) => service.deploy).map(([name]) => name),
    [],
  );
  assert.deepEqual(Object.keys(onGpu.services).sort(), ['ollama', 'worker-gpu']);
  for (const { deploy } of Object.values(onGpu.services)) {
    assert.deepEqual(
      deploy?.resources.reservations.devices.map(({ capabilities }) => capabilities),
      [['gpu']],
    );
  }
});

test('every port is open to this machine alone', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  assert.ok(ports.length >= 3);
  assert.deepEqual(
    ports.filter((port) => !port.startsWith('127.0.0.1:')),
    [],
  );
});

test('a service waits only for what can come true', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const needed = compose.services[other];
      assert.ok(needed, `${name} waits for ${other}, which is not there`);
      if (condition === 'service_healthy') assert.ok(needed.healthcheck, `${other} has no health check`);
      if (condition === 'service_completed_successfully') assert.ok(!runsOn(needed), `${other} never ends`);
    }
  }
});

test('what runs on has a health check, and every image is pinned', () => {
  for (const [name, service] of services) {
    if (runsOn(service)) assert.ok(service.healthcheck, `${name} has no health check`);
    if (service.image !== 'temper-worker') assert.match(service.image, /:\d+\.\d+/);
  }
});

test('data lies in named volumes, and each file that is mounted exists', () => {
  const used = services.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0]!);
  for (const source of used) {
    if (source.startsWith('.')) assert.ok(existsSync(resolve(root, source)), `${source} does not exist`);
    else assert.ok(source in compose.volumes, `${source} is no named volume`);
  }
});

test('a stopped worker has the time to save a checkpoint, and finds its queues again when it is made anew', () => {
  const patience = Number(/shutdownForceTime: '(\d+)s'/.exec(read('workers/main.ts'))?.[1]);
  for (const name of ['worker-orchestrator', 'worker-gpu']) {
    const worker = compose.services[name]!;
    assert.equal(worker.init, true);
    assert.ok(Number.parseInt(worker.stop_grace_period!, 10) > patience);
    assert.equal(worker.hostname, name);
    assert.equal(worker.environment?.TEMPER_HOME, '/var/lib/temper');
    assert.ok(worker.volumes?.includes('temper:/var/lib/temper'));
  }
});

test('Ollama converts into a store that the worker reads', () => {
  const { ollama, 'worker-gpu': worker } = compose.services;
  assert.equal(worker!.environment?.OLLAMA_MODELS, ollama!.environment?.OLLAMA_MODELS);
  assert.ok(worker!.volumes?.includes('ollama:/var/lib/ollama') && ollama!.volumes?.includes('ollama:/var/lib/ollama'));
});

test('the namespace is set up as on temper’s own server', () => {
  const script = read('docker/temporal/set-up-namespace.sh');
  assert.match(script, /^retention=720h$/m);
  const attributes = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => `${name}=${type}`);
  assert.deepEqual(attributes.sort(), [...searchAttributeFlags].sort());
});

test('the server is as fast as temper’s own', () => {
  const own = Object.fromEntries(Object.entries(quick).map(([key, value]) => [key, [{ value }]]));
  assert.deepEqual(parse(read('docker/temporal/dynamic-config.yaml')), own);
  const { volumes, environment } = compose.services.temporal!;
  assert.ok(volumes?.some((volume) => volume.includes(`:${environment?.DYNAMIC_CONFIG_FILE_PATH}:`)));
});

test('the set-up scripts are sound shell', async () => {
  for (const script of ['set-up-schema.sh', 'set-up-namespace.sh'])
    await run('sh', ['-n', resolve(root, 'docker/temporal', script)]);
});

test('the image is built from every folder that goes into dist/, and copies only what exists', () => {
  const kept = read('docker/worker.Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const sources = [
    'activities',
    'bin',
    'cli',
    'core',
    'page',
    'protocol',
    'services',
    'trainer',
    'workers',
    'workflows',
  ];
  for (const folder of [...sources, 'docker', 'scripts']) assert.ok(kept.includes(folder), `${folder} is left out`);
  const copied = [...read('docker/worker.Dockerfile').matchAll(/^COPY --chown=node:node (?!--from)(.+) \S+$/gm)];
  assert.ok(copied.length > 5);
  assert.deepEqual(
    [...kept, ...copied.flatMap(([, paths]) => paths!.split(' '))].filter((path) => !existsSync(resolve(root, path))),
    [],
  );
});
