import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPython, type TestFile } from './selection.ts';

/** A program that runs tests, and how its output is read. */
export interface Group {
  title: string;
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  count: (output: string, exitCode: number) => Counts;
  /** Where the report of failures begins. */
  failuresAt?: RegExp;
  /** Called when it has ended. */
  cleanUp?: () => void;
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Ended extends Counts {
  title: string;
  /** Standard output and standard error, in the order in which they came. */
  output: string;
  /** The lines that say what failed. */
  failures: readonly string[];
  seconds: number;
}

export function heading(text: string): void {
  process.stdout.write(`\n── ${text}\n`);
}

/** Runs a group. Its output is shown as it comes or, where `held`, whole at the end, so that two groups do not mix. */
export async function runGroup(group: Group, { held }: { held: boolean }): Promise<Ended> {
  const started = Date.now();
  if (!held) heading(group.title);
  const { code, output } = await new Promise<{ code: number; output: string }>((done) => {
    const child = spawn(group.program, group.args, {
      env: { ...process.env, ...group.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    const take = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
      chunks.push(chunk);
      if (!held) stream.write(chunk);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.once('error', (error) => done({ code: 1, output: String(error) }));
    child.once('close', (code) => done({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
  group.cleanUp?.();
  if (held) {
    heading(group.title);
    process.stdout.write(output);
  }
  const counts = group.count(output, code);
  // A group that ran no test, or whose runner died, counts as a failure: silence is no success.
  const failed = counts.failed === 0 && (code !== 0 || counts.passed === 0) ? 1 : counts.failed;
  const at = group.failuresAt ? output.search(group.failuresAt) : -1;
  const failures = at === -1 ? output.trimEnd().split('\n').slice(-20) : output.slice(at).trimEnd().split('\n');
  return { ...counts, failed, title: group.title, output, failures, seconds: (Date.now() - started) / 1000 };
}

const sum = (output: string, pattern: RegExp) =>
  [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

/** Format, lint and types: one test, that passes when the command does. */
export const checkGroup: Group = {
  title: 'check',
  program: 'npm',
  args: ['run', '--silent', 'check'],
  env: {},
  count: (_, code) => ({ passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 }),
};

/** Test files of one language, one after the other; those in TypeScript each in a process of its own. */
export function filesGroup(title: string, files: readonly TestFile[], env: Readonly<Record<string, string>>): Group {
  const paths = files.map(({ path }) => path);
  return files.every(isPython) ? pythonGroup(title, paths, env) : nodeGroup(title, paths, env, 1);
}

/** Processes per processor: enough that none is left with all the slow files. */
const shardsPerProcessor = 3;

/**
 * Unit tests, several files in one process: most of them are done in less time than a process needs to start. Each file
 * becomes a suite, so its hooks are its own.
 */
export function unitGroup(title: string, files: readonly TestFile[], env: Readonly<Record<string, string>>): Group {
  const folder = mkdtempSync(join(tmpdir(), 'temper-unit-'));
  const count = Math.min(files.length, availableParallelism() * shardsPerProcessor);
  const shards = Array.from({ length: count }, (_, at) => files.filter((__, index) => index % count === at));
  const programs = shards.map((shard, at) => {
    const program = join(folder, `unit-${at}.test.mjs`);
    const suites = shard.map(({ path }) => {
      const url = JSON.stringify(pathToFileURL(resolve(path)).href);
      return `describe(${JSON.stringify(path)}, async () => void (await import(${url})));\n`;
    });
    writeFileSync(program, `import { describe } from 'node:test';\n${suites.join('')}`);
    return program;
  });
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  return { ...nodeGroup(title, programs, env, availableParallelism()), cleanUp };
}

const nodeGroup = (
  title: string,
  paths: readonly string[],
  env: Readonly<Record<string, string>>,
  concurrency: number,
): Group => ({
  title,
  program: process.execPath,
  args: [
    // Workflows run in these processes too, as they do in a worker.
    '--require',
    './workers/no-promise-stacks.cjs',
    '--import',
    'tsx',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    ...paths,
  ],
  env,
  count: (output) => ({
    passed: sum(output, /^ℹ pass (\d+)/gm),
    failed: sum(output, /^ℹ (?:fail|cancelled) (\d+)/gm),
    skipped: sum(output, /^ℹ (?:skipped|todo) (\d+)/gm),
  }),
  failuresAt: /^✖ failing tests:/m,
});

const pythonGroup = (title: string, paths: readonly string[], env: Readonly<Record<string, string>>): Group => ({
  title,
  program: env.TEMPER_PYTHON ?? 'python3',
  args: ['-m', 'pytest', '-q', '-rsfE', '-p', 'no:cacheprovider', ...paths],
  env: {
    ...env,
    PYTHONPATH: [process.cwd(), env.TEMPER_TEST_PACKAGES].filter(Boolean).join(delimiter),
    HF_HUB_OFFLINE: '1',
  },
  count: (output) => {
    const last = output.trim().split('\n').at(-1) ?? '';
    return {
      passed: sum(last, /(\d+) passed/g),
      failed: sum(last, /(\d+) (?:failed|error)/g),
      skipped: sum(last, /(\d+) skipped/g),
    };
  },
  failuresAt: /^=+ (?:FAILURES|ERRORS) =+$/m,
});
