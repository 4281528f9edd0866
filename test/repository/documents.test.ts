import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { stepKinds } from '../../core/kinds/registry.ts';
import { blocksOf, documents, textOf, withoutBlocks } from '../rig/documents/blocks.ts';
import { root } from '../rig/temper.ts';

const ignored = new Set(['node_modules', '.git', 'dist', '__pycache__', '.pytest_cache', '.ruff_cache', '.mypy_cache']);

/** Every file and folder of the repository, folders with a slash at their end. */
function walk(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name)) return [];
    const path = `${folder}${entry.name}`;
    return entry.isDirectory() ? [`${path}/`, ...walk(`${path}/`)] : [path];
  });
}
const paths = walk();
const tops = paths.filter((path) => path.indexOf('/') === path.length - 1);
const pages = [...documents, ...paths.filter((path) => /^\.github\/[^/]+\.md$/.test(path))];

const commands = (document: string) =>
  blocksOf(document).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));

/** `activities/<kind>/…` stands for any name. */
function exists(name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, (sign) => (sign === '*' ? sign : `\\${sign}`));
  const pattern = new RegExp(`^${escaped.replaceAll(/<[^>]*>|…|\*/g, '[^/]*')}/?$`);
  return paths.some((path) => pattern.test(path));
}

/** Paths that begin with a folder of the repository, and bare names of source files. */
function namesIn(document: string): string[] {
  const spans = [...withoutBlocks(textOf(document)).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  const words = [...spans, ...commands(document)].flatMap((part) => part.split(/[\s"'()]+/));
  const named = words.map((word) => word.replace(/[:#]\S*$|[.,;]$/, ''));
  return named.filter((word) => tops.some((top) => word.startsWith(top)) || isSourceName(word));
}

/** A bare `name.ts` or `test_name.py`, whatever its folder. */
const isSourceName = (word: string) => /^[\w-]+(\.test)?\.(ts|mjs|cjs)$|^test_\w+\.py$/.test(word);
const isSomewhere = (name: string) => paths.some((path) => path.endsWith(`/${name}`));

for (const document of pages) {
  test(`every file and folder named in ${document} exists`, () => {
    const missing = namesIn(document).filter((name) => !(isSourceName(name) ? isSomewhere(name) : exists(name)));
    assert.deepEqual([...new Set(missing)], []);
  });

  test(`every link in ${document} leads to a file and to a heading of it`, () => {
    const links = [...withoutBlocks(textOf(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? document : normalize(join(dirname(document), path));
      if (!exists(file)) return true;
      return anchor !== undefined && !headingsOf(file).includes(anchor);
    });
    assert.deepEqual(broken, []);
  });
}

test('every `npm run` that a page or a workflow of GitHub names is a script of package.json', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const workflows = paths.filter((path) => path.startsWith('.github/workflows/') && path.endsWith('.yml'));
  const missing = [...pages, ...workflows].flatMap((page) =>
    [...textOf(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)]
      .filter(([, name]) => !(name! in scripts))
      .map(([command]) => `${page}: ${command}`),
  );
  assert.deepEqual(missing, []);
});

/** Anchors as GitHub makes them. */
const headingsOf = (document: string) =>
  [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('the tree in the README names every folder at the top, and only folders that exist', () => {
  const tree = /## The tree\n+```\n([\s\S]*?)```/.exec(textOf('README.md'))![1]!;
  const missing = tree.split('\n').flatMap((line) => {
    const top = /^(\S+\/)/.exec(line)?.[1];
    const named = [...line.matchAll(/(?<=^|[\s(])[\w-]+\//g)].map(([name]) => name);
    return named.filter((name) => !tops.includes(name) && !paths.includes(`${top}${name}`));
  });
  assert.deepEqual(missing, []);
  const shown = [...tree.matchAll(/(?<=^|\s)[\w-]+\//gm)].map(([name]) => name);
  assert.deepEqual(
    tops.filter((top) => !top.startsWith('.') && !shown.includes(top)),
    [],
  );
});

test('ARCHITECTURE.md has a line for every folder of the code, but for those of step kinds', () => {
  const code = ['core/', 'protocol/', 'workflows/', 'activities/', 'workers/', 'services/', 'cli/', 'trainer/'];
  const folders = paths.filter((path) => {
    const [top, inner, rest] = path.split('/');
    return path.endsWith('/') && code.includes(`${top}/`) && (inner === '' || rest === '');
  });
  const isKind = (path: string) => stepKinds.some((kind) => path === `activities/${kind}/`);
  const architecture = textOf('ARCHITECTURE.md');
  assert.deepEqual(
    folders.filter((folder) => !isKind(folder) && !architecture.includes(`\`${folder}\``)),
    [],
  );
});

test('docs/README.md, the table of contents of pages and site, lists every page', () => {
  const listed = [...textOf('docs/README.md').matchAll(/\]\(([^)#]+)\)/g)].map(([, page]) => `docs/${page}`);
  const missing = documents.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  assert.deepEqual(
    missing.filter((page) => !listed.includes(page)),
    [],
  );
});
