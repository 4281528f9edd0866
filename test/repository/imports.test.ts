import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

interface Import {
  from: string;
  /** A file of ours relative to the root, or a package's name. */
  to: string;
  typesOnly: boolean;
}

/** What each folder may import: folders of ours, files of ours, packages (`node:` is all of Node). Types are freer, see below. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: ['core', 'zod'],
  protocol: ['protocol', 'core', 'zod'],
  workflows: [
    'workflows',
    'protocol',
    '@temporalio/workflow',
    'core/run',
    'core/errors',
    'core/words',
    'core/language/expression',
    'core/json.ts',
  ],
  services: [
    'services',
    'protocol',
    'core',
    'node:',
    'execa',
    'ollama',
    'pretty-bytes',
    'protobufjs',
    'undici',
    'zod',
    '@temporalio/client',
    '@temporalio/common',
    '@temporalio/envconfig',
    '@temporalio/proto',
  ],
  activities: [
    'activities',
    'protocol',
    'services',
    'core',
    'node:',
    'execa',
    'minisearch',
    'ollama',
    'zod',
    '@temporalio/activity',
    '@temporalio/common',
  ],
  workers: [
    'workers',
    'protocol',
    'activities',
    'services',
    'core',
    'node:',
    '@temporalio/worker',
    '@temporalio/common',
    '@temporalio/envconfig',
  ],
  page: ['page', 'core', 'preact', 'preact-render-to-string'],
  cli: [
    'cli',
    'page',
    'protocol',
    'services',
    'core',
    'node:',
    '@temporalio/client',
    '@temporalio/common',
    '@hono/node-server',
    'cli-truncate',
    'commander',
    'fastest-levenshtein',
    'hono',
    'log-update',
    'picocolors',
    'string-width',
    'wrap-ansi',
    'pretty-bytes',
    'zod',
  ],
};

/** `import type` leaves nothing in the running program; these folders may name the types of others. */
const typesAllowed: Readonly<Record<string, readonly string[]>> = {
  workflows: ['core'],
};

/** Packages that one file of core may use besides zod: replayed code must stay free of them. */
const alone: Readonly<Record<string, readonly string[]>> = {
  yaml: [
    'core/card/model-card.ts',
    'core/language/yaml/source.ts',
    'core/language/yaml/weight.ts',
    'core/language/yaml/check.ts',
    'core/language/yaml/explain-error.ts',
    'core/language/yaml/set-option.ts',
    'core/language/yaml/apply-fix.ts',
    'core/language/yaml/write-commented.ts',
  ],
  croner: ['core/schedule/cron.ts'],
  'pure-rand/distribution/uniformInt': ['core/statistics/paired-interval.ts'],
  'pure-rand/generator/xoroshiro128plus': ['core/statistics/paired-interval.ts'],
  ajv: ['core/metrics/json-schema.ts'],
  'ajv/dist/2020.js': ['core/metrics/json-schema.ts'],
  'ajv-formats': ['core/metrics/json-schema.ts'],
  re2js: ['core/metrics/json-schema.ts', 'core/metrics/pattern.ts'],
  'fastest-levenshtein': ['core/language/spelling/suggest.ts'],
};

const files = Object.keys(allowed).flatMap((folder) =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);
const imports = new Map(files.map((file) => [file, importsOf(file)]));
/** Files that `workflows/` imports as values; they and all that they import are bundled. */
const replayed = [...imports.values()]
  .flat()
  .filter(({ from, to, typesOnly }) => from.startsWith('workflows/') && !typesOnly && !to.startsWith('@'))
  .map(({ to }) => to);

function importsOf(from: string): Import[] {
  const text = readFileSync(resolve(root, from), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => {
    const statement = text.slice(startOfStatement(text, pos), pos);
    const to = fileName.startsWith('.') ? relative(root, resolve(root, dirname(from), fileName)) : fileName;
    return { from, to, typesOnly: isTypesOnly(statement) };
  });
}

function startOfStatement(text: string, pos: number): number {
  return Math.max(...['import', 'export'].map((word) => text.lastIndexOf(`\n${word}`, pos)), 0);
}

/** `import type { … }`, and `import { type A, type B }`, which the compiler drops as well. */
function isTypesOnly(statement: string): boolean {
  if (/^\s*(?:import|export)\s+type\b/.test(statement)) return true;
  const names = /^\s*(?:import|export)\s*\{([^}]*)\}\s*from\s*['"]?$/.exec(statement)?.[1];
  const each =
    names
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return each.length > 0 && each.every((name) => name.startsWith('type '));
}

const covers = (rules: readonly string[], to: string) =>
  rules.some((rule) => to === rule || to.startsWith(rule.endsWith(':') ? rule : `${rule}/`));

for (const folder of Object.keys(allowed)) {
  test(`${folder}/ imports only what stands below it`, () => {
    const wrong = [...imports.values()].flat().filter(({ from, to, typesOnly }) => {
      if (!from.startsWith(`${folder}/`)) return false;
      if (alone[to]?.includes(from)) return false;
      return !covers(allowed[folder]!, to) && !(typesOnly && covers(typesAllowed[folder] ?? [], to));
    });
    assert.deepEqual(
      wrong.map(({ from, to, typesOnly }) => `${from} imports ${typesOnly ? 'types of ' : ''}${to}`),
      [],
    );
  });
}

test('what replayed code imports drags in no zod, no yaml, nothing but itself', () => {
  const seen = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to, typesOnly } of imports.get(file) ?? []) {
      if (typesOnly) continue;
      assert.ok(imports.has(to) || to === '@temporalio/workflow', [...trail, file, to].join(' → '));
      visit(to, [...trail, file]);
    }
  };
  for (const file of replayed) visit(file, []);
});

test('the trainer reads no YAML and knows no Temporal', () => {
  const python = readdirSync(resolve(root, 'trainer'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.py'),
  );
  const wrong = python.filter((name) =>
    /^\s*(?:import|from)\s+(?:yaml|temporalio)\b/m.test(readFileSync(resolve(root, 'trainer', name), 'utf8')),
  );
  assert.deepEqual(wrong, []);
});

/** Groups of files that import each other, directly or through others: Tarjan's strongly connected components. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(to)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1 || graph.get(file)?.includes(file)) found.push(group);
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

/** The shortest way from the first file of a group back to it. */
function wayAround(group: readonly string[], graph: ReadonlyMap<string, readonly string[]>): string[] {
  const [start] = group;
  const trails: string[][] = [[start!]];
  const seen = new Set<string>();
  for (const trail of trails) {
    for (const to of graph.get(trail.at(-1)!) ?? []) {
      if (to === start) return [...trail, to];
      if (seen.has(to) || !group.includes(to)) continue;
      seen.add(to);
      trails.push([...trail, to]);
    }
  }
  return [...group];
}

test('no files import each other in a circle, types included', () => {
  const graph = new Map([...imports].map(([file, found]) => [file, found.map(({ to }) => to)]));
  const circles = circlesOf(graph).map((group) => `${group.length} files: ${wayAround(group, graph).join(' → ')}`);
  assert.deepEqual(circles, []);
});
