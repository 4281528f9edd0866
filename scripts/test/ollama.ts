// Run as: npm run test:ollama -- VERSION [PATH…]
// Sets up another Ollama than the pinned one in the cache, and runs on it the tests that stand on what a server does. PATH
// is a file or folder of tests to run in place of these.
import { spawnSync } from 'node:child_process';
import { cacheDir } from '../../services/machine/home.ts';
import { terminalReporter } from '../../services/machine/report.ts';
import { ensureOllama } from '../../services/setup/ollama.ts';
import { pins as current, type VendorPin } from '../../services/setup/versions.ts';
import earlier from './ollama-pins.json' with { type: 'json' };

const known = { ...earlier, [current.ollama.version]: current.ollama } as unknown as Record<string, VendorPin>;
const usual = ['test/activities/import', 'test/activities/evaluate', 'test/e2e/quickstart.test.ts'];

const [version = '', ...paths] = process.argv.slice(2);
const pin = known[version];
if (!pin) {
  process.stderr.write(`npm run test:ollama -- VERSION [PATH…]: VERSION is one of ${Object.keys(known).join(', ')}\n`);
  process.exit(2);
}
const { report, progress } = terminalReporter();
const { OLLAMA_PATH: _, ...env } = process.env;
const found = await ensureOllama(cacheDir(), report, { progress, env, pin });
if (found.version !== version) {
  process.stderr.write(`${found.path} is Ollama ${found.version}: take it off PATH to test with ${version}\n`);
  process.exit(2);
}
const tests = spawnSync('npm', ['test', '--', ...(paths.length > 0 ? paths : usual)], {
  env: { ...env, OLLAMA_PATH: found.path },
  stdio: 'inherit',
});
process.exit(tests.status ?? 1);
