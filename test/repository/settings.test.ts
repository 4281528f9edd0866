import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingOf } from '../../services/settings/lookup.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** temper sets these for its own processes, and for what a notification runs. */
const internal =
  /^(?:TEMPER_STDIN|GRPC_VERBOSITY|PYTHON\w+|TOKENIZERS_PARALLELISM|TEMPER_(?:RUN_ID|PIPELINE|STATUS|STEPS))$/;

const filesOf = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(folder, name));

test('every variable that the code reads is in the catalogue of settings, and so in docs/settings.md', () => {
  const typescript = ['services', 'activities', 'workers', 'cli', 'workflows', 'core', 'page', 'docker'].flatMap(
    (folder) => [...filesOf(folder, '.ts'), ...filesOf(folder, '.mjs')],
  );
  const files = [...typescript, ...filesOf('trainer', '.py'), 'bin/temper.mjs'];
  const unknown = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const read = [...text.matchAll(/\benv\.([A-Z][A-Z_0-9]+)\b|environ(?:\.get\(|\[)"([A-Z_0-9]+)"/g)];
    return read
      .map(([, node, python]) => (node ?? python)!)
      .filter((name) => !settingOf(name) && !internal.test(name))
      .map((name) => `${file}: ${name}`);
  });
  assert.deepEqual(unknown, []);
});

test('one module reads the environment’s addresses: no other file takes OLLAMA_HOST or a proxy apart', () => {
  const others = ['services', 'activities', 'workers', 'cli']
    .flatMap((folder) => filesOf(folder, '.ts'))
    .filter((file) => !file.startsWith('services/settings/'))
    .filter((file) =>
      /env\.(?:OLLAMA_HOST|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)\b/.test(readFileSync(join(root, file), 'utf8')),
    );
  assert.deepEqual(others, ['services/temporal/connect.ts'], 'only grpc-js’s own reading is followed there');
});
