// What must be there before any other code of temper can run; only Node's own modules are used.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const packagesIn = (path) => readJson(path).packages;

/** Whether npm's note of the installed modules matches the lock file; optional modules may be of another system. */
function areModulesReady() {
  const noted = join('node_modules', '.package-lock.json');
  if (!existsSync(join(root, noted))) return false;
  const installed = packagesIn(noted);
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** Ends the process where Node is too old; else installs the node modules, unless those of this lock file are there. */
export async function bootstrap() {
  const [minimum, version] = [readJson('package.json').engines.node.replace('>=', ''), process.versions.node];
  if (minimum.localeCompare(version, 'en', { numeric: true }) > 0) {
    process.stderr.write(
      `temper needs Node.js ${minimum} or newer, this is ${version}\nhint: https://nodejs.org/en/download\n`,
    );
    process.exit(1);
  }
  if (!areModulesReady()) await installModules();
}

async function installModules() {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const live = process.stderr.isTTY === true;
  process.stderr.write(live ? 'node modules: installing' : 'node modules: installing with npm ci\n');
  const ticker = setInterval(
    () => live && process.stderr.write(`\r\u001b[2Knode modules: installing · ${seconds()} s`),
    1_000,
  );
  let output = '';
  const code = await new Promise((resolve) => {
    const child = spawn('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.once('close', resolve);
  });
  clearInterval(ticker);
  if (live) process.stderr.write('\r\u001b[2K');
  if (code !== 0) {
    const lines = output
      .trim()
      .split('\n')
      .slice(-15)
      .map((line) => `  ${line}`);
    process.stderr.write(`node modules: \`npm ci\` in ${root} failed after ${seconds()} s:\n${lines.join('\n')}\n`);
    process.exit(1);
  }
  process.stderr.write(`node modules: installed in ${seconds()} s\n`);
}
