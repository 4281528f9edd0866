// Run as: npm run bench:estimates [-- --home FOLDER --append docs/estimates.md]
// Compares what `temper plan` estimates with what the steps then took: minutes, disk and memory. Without --home it runs the
// shipped pipelines that need no network, the quick start and the first model, in a home of its own (about ten minutes, on a
// quiet machine). With --home it takes the newest run of each pipeline there.
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHome } from '../../services/machine/home.ts';
import { temper } from '../../test/rig/temper.ts';
import { compareRun, newestRuns } from './estimates/compare-run.ts';
import { renderTable } from './estimates/table.ts';

const { values } = parseArgs({ options: { home: { type: 'string' }, append: { type: 'string' } } });
const root = values.home ?? (await mkdtemp(join(tmpdir(), 'temper-estimates-')));
const env = { TEMPER_HOME: root, TEMPER_OLLAMA: 'own' };
const home = openHome({ ...process.env, ...env });
const load = loadavg()[0]!.toFixed(1);
try {
  if (values.home === undefined)
    for (const args of [['quickstart', '--tiny'], ['quickstart']]) {
      process.stderr.write(`temper ${args.join(' ')}\n`);
      const { code, stdout, stderr } = await temper(args, env);
      if (code !== 0) throw new Error(`temper ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    }
  const compared = await Promise.all((await newestRuns(home.runs)).map((run) => compareRun(home, run)));
  const text = [
    `### ${new Date().toISOString().slice(0, 16).replace('T', ' ')}, ${cpus()[0]?.model.trim() ?? 'a processor'}, ${availableParallelism()} cores, load ${load} before and ${loadavg()[0]!.toFixed(1)} after`,
    ...compared.map(renderTable),
  ].join('\n\n');
  process.stdout.write(`${text}\n`);
  if (values.append !== undefined) await appendFile(values.append, `\n${text}\n`);
} finally {
  if (values.home === undefined) {
    await temper(['down'], env);
    await rm(root, { recursive: true, force: true });
  }
}
