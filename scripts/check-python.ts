// Run as: npx tsx scripts/check-python.ts [--write]
// Checks format, lint and types of the Python code; with --write repairs the first two. Needs Python 3, not the training libraries.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheDir } from '../services/machine/home.ts';
import { setupContext } from '../services/setup/context.ts';
import { ensureTool } from '../services/setup/python/python-tools.ts';

const folders = ['trainer', 'test/trainer', 'test/activities'];
const repairs = process.argv.includes('--write');
const bin = await ensureTool(
  setupContext(cacheDir(), (line) => process.stderr.write(`${line}\n`)),
  'python-check',
);

const ruff = ['--quiet', '--cache-dir', 'node_modules/.cache/ruff'];
const mypy = ['--no-error-summary', '--cache-dir', 'node_modules/.cache/mypy'];
const checks: readonly (readonly string[])[] = repairs
  ? [
      ['ruff', 'check', '--fix', ...ruff, ...folders],
      ['ruff', 'format', ...ruff, ...folders],
    ]
  : [
      ['ruff', 'check', ...ruff, ...folders],
      ['ruff', 'format', '--diff', ...ruff, ...folders],
      ['mypy', ...mypy],
    ];
const failed = checks.filter(
  ([program, ...args]) => spawnSync(join(bin, program!), args, { stdio: 'inherit' }).status !== 0,
);
if (failed.length > 0) {
  process.stderr.write(`hint: \`npm run format\` repairs format and most of lint\n`);
  process.exitCode = 1;
}
