import { readFile } from 'node:fs/promises';
import { pathSetting } from '../../settings/settings.ts';
import { isProgram, output, which } from './find-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names the program where it is not on PATH, as in a virtual environment that no shell has activated. */
export const lmEvalVariable = 'TEMPER_LM_EVAL';

/** Installs it with what it needs to ask a server, and without the libraries of training. */
export const lmEvalInstall = 'pip install "lm-eval[api]"';

/** Where `lm_eval` of lm-evaluation-harness is; undefined if it is not installed. Throws BAD_SETTING. */
export function findLmEval(env: Environment = process.env): string | undefined {
  const named = pathSetting(lmEvalVariable, env);
  return named === undefined ? which('lm_eval', env) : isProgram(named) ? named : undefined;
}

const ask = 'import importlib.metadata; print(importlib.metadata.version("lm_eval"))';

/**
 * The version of an `lm_eval`, by the Python that its script names: the program itself tells none, and loads its libraries for
 * many seconds. Undefined where the script is another one, such as a wrapper.
 */
export async function lmEvalVersion(path: string): Promise<string | undefined> {
  const python = interpreterOf((await readFile(path, 'utf8').catch(() => '')).slice(0, 2_000));
  const said = python === undefined ? undefined : await output(python, ['-c', ask]);
  return said?.trim().split('\n', 1)[0] || undefined;
}

/** Of `#!/path/python`, or of the two lines that pip writes where the path is long or has spaces. */
export function interpreterOf(script: string): string | undefined {
  const long = /^#!\/bin\/sh\n'''exec' "?([^"\n]+?)"? "\$0"/.exec(script)?.[1];
  const short = /^#!(\/\S*python[\d.]*)\s*$/m.exec(script.split('\n', 1)[0] ?? '')?.[1];
  return long ?? short;
}
