import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheDir } from '../../../services/machine/home.ts';
import { writeRun } from '../run-home.ts';
import { root } from '../temper.ts';

/** A folder in which the commands of one page run, one block after the other, as on a reader's machine. */
export interface Scratch {
  home: string;
  /** Runs a script, with these variables besides those of the scratch. */
  run: (script: string, more?: Readonly<Record<string, string>>) => Promise<{ code: number; output: string }>;
  remove: () => Promise<void>;
}

/**
 * Has what pages take for granted: the pipelines and data of the repository, `rows.jsonl` with forty rows, and a home
 * at its usual place with a run that has ended, which `RUN` stands for. No server runs, and none is found. `programs` are folders of further programs.
 */
export async function makeScratch(programs: readonly string[] = []): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'temper-page-'));
  const [bin, work] = ['bin', 'work'].map((name) => join(folder, name)) as [string, string];
  const home = join(folder, '.local/share/temper');
  for (const each of [bin, work, home]) await mkdir(each, { recursive: true });
  for (const name of ['pipelines', 'data', 'pipeline.schema.json'])
    await cp(join(root, name), join(work, name), { recursive: true });
  const rows = await readFile(join(root, 'data/quickstart/train.jsonl'), 'utf8');
  await writeFile(join(work, 'rows.jsonl'), `${rows.split('\n').slice(0, 40).join('\n')}\n`);
  const { runId } = await writeRun(home);
  await dropAbsentArtifacts(join(home, 'runs', runId, 'run.json'));

  // Stands in for npm's, which would look for the package in the scratch folder.
  const npx = join(bin, 'npx');
  await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'bin/temper.mjs')}" "$@"\n`);
  await chmod(npx, 0o755);

  const { TEMPER_HOME: _, ...outer } = process.env;
  const env = {
    ...outer,
    HOME: folder,
    PATH: [bin, ...programs, process.env.PATH].join(delimiter),
    TEMPER_CACHE: cacheDir(),
    OLLAMA_HOST: '127.0.0.1:9',
    OLLAMA_MODELS: folder,
    NO_COLOR: '1',
  };
  return {
    home,
    run: async (script, more = {}) =>
      await new Promise((resolve) => {
        const text = script.replaceAll(/\bRUN\b/g, runId);
        const child = execFile(
          'bash',
          ['-e', '-c', text],
          { cwd: work, env: { ...env, ...more } },
          (error, stdout, stderr) => {
            resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` });
          },
        );
        child.stdin?.end();
      }),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** The rig's run names an adapter that no store has; on a page everything is in order. */
async function dropAbsentArtifacts(file: string): Promise<void> {
  const state = JSON.parse(await readFile(file, 'utf8')) as { steps: Record<string, { outputs?: unknown }> };
  delete state.steps.train!.outputs;
  await writeFile(file, JSON.stringify(state));
}
