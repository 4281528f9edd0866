import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { writeRun } from '../run-home.ts';
import { root } from '../temper.ts';

/** A folder in which the commands of one page run, one block after the other, as on a reader's machine. */
export interface Scratch {
  run: (script: string) => Promise<{ code: number; output: string }>;
  remove: () => Promise<void>;
}

/**
 * Has what pages take for granted: the pipelines and data of the repository, `rows.jsonl` with forty rows, and a home with
 * a run that has ended, which `RUN` stands for. No server runs, and none is found.
 */
export async function makeScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'temper-page-'));
  const [home, bin, work] = ['home', 'bin', 'work'].map((name) => join(folder, name)) as [string, string, string];
  await mkdir(bin);
  await mkdir(work);
  for (const name of ['pipelines', 'data', 'pipeline.schema.json'])
    await cp(join(root, name), join(work, name), { recursive: true });
  const rows = await readFile(join(root, 'data/quickstart/train.jsonl'), 'utf8');
  await writeFile(join(work, 'rows.jsonl'), `${rows.split('\n').slice(0, 40).join('\n')}\n`);
  const { runId } = await writeRun(home);

  // Stands in for npm's, which would look for the package in the scratch folder.
  const npx = join(bin, 'npx');
  await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'bin/temper.mjs')}" "$@"\n`);
  await chmod(npx, 0o755);

  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    TEMPER_HOME: home,
    OLLAMA_HOST: '127.0.0.1:9',
    OLLAMA_MODELS: folder,
    NO_COLOR: '1',
  };
  return {
    run: async (script) =>
      await new Promise((resolve) => {
        const text = script.replaceAll(/\bRUN\b/g, runId);
        const child = execFile('bash', ['-e', '-c', text], { cwd: work, env }, (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` });
        });
        child.stdin?.end();
      }),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
