import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Part } from '../../services/setup/prerequisites.ts';

/** Parts that can be set up, in the order in which they are. */
const parts = ['python', 'temporal', 'ollama', 'llama.cpp', 'small model'] as const satisfies readonly Part[];

/** `time` needs no set-up: it marks a test that takes too long for the unit tests. */
export type Need = Part | 'time';

/** What the tests of a folder need besides `npm ci`. A file that needs something else says so in a line of its own, see `needsOf`. */
const folderNeeds: Readonly<Record<string, readonly Need[]>> = {
  core: [],
  page: [],
  protocol: [],
  repository: [],
  services: [],
  trainer: ['python'],
  activities: ['python'],
  workflows: ['temporal'],
};

export interface TestFile {
  path: string;
  needs: readonly Need[];
}

/** Test files below the given paths of the repository, TypeScript and Python; throws for a path without tests. */
export function testFiles(paths: readonly string[]): TestFile[] {
  const found = paths.flatMap((given) => {
    const path = [given, join('test', given)].find((each) => existsSync(each));
    const files =
      path === undefined
        ? []
        : filesBelow(relative('.', path)).filter(
            (file) => isTest(file) && (file === relative('.', path) || !isLong(file)),
          );
    if (files.length === 0) throw new Error(`no test in ${given}`);
    return files;
  });
  return [...new Set(found)].map((path) => ({ path, needs: needsOf(path) }));
}

const filesBelow = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .flatMap((name) => filesBelow(join(path, name)))
    : [path];

const isTest = (path: string) => path.endsWith('.test.ts') || /(?:^|\/)test_[^/]+\.py$/.test(path);

export const isPython = ({ path }: TestFile): boolean => path.endsWith('.py');

/** Says `// runs: when named` in its head: it takes minutes, and no other part of the tests would fail with it. */
const isLong = (path: string) => /^\/\/ runs: when named$/m.test(headOf(path));

const headOf = (path: string) => readFileSync(path, 'utf8').split('\n', 5).join('\n');

/** Unit tests need nothing but `npm ci`. */
export const isUnit = ({ needs }: TestFile): boolean => needs.length === 0;

/** Folder of `test/`. */
export const folderOf = ({ path }: TestFile): string => path.split('/')[1] ?? '';

/** Reads a line such as `// needs: temporal, ollama` or `# needs: nothing` among the first five of a test. */
function needsOf(path: string): readonly Need[] {
  const line = /^(?:\/\/|#) needs: (.+)$/m.exec(headOf(path))?.[1];
  if (line === undefined)
    return folderNeeds[path.split('/')[1] ?? ''] ?? parts.filter((part) => part !== 'small model');
  if (line === 'nothing') return [];
  return line.split(', ').map((word) => {
    const need = [...parts, 'time' as const].find((each) => each === word);
    if (!need) throw new Error(`${path}: needs "${word}", which is none of ${parts.join(', ')}, time`);
    return need;
  });
}

/** All that these files need, in the order of set-up. */
export const allNeeds = (files: readonly TestFile[]): Part[] =>
  parts.filter((part) => files.some(({ needs }) => needs.includes(part)));
