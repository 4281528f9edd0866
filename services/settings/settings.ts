import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { SettingProblem } from '../../core/setting-problems.ts';
import { settingProblemWords } from '../../core/words/settings.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { userFolder } from '../machine/person.ts';
import { allSettings, namesOf, settingOf } from './lookup.ts';
import { type OllamaAddress, readOllamaHost } from './ollama-host.ts';
import { readPath } from './paths.ts';
import type { Environment, Reading } from './reading.ts';

/** Everything in an environment that temper cannot use. An empty value is one that is not set. */
export function settingProblems(env: Environment, names: readonly string[] = Object.keys(env)): SettingProblem[] {
  return allSettings
    .flatMap((setting) => namesOf(setting, env).map((variable) => ({ setting, variable, value: env[variable]! })))
    .filter(({ variable, value }) => value !== '' && names.includes(variable))
    .flatMap(({ setting, variable, value }) => {
      const reading = setting.read?.(value);
      return reading && 'problem' in reading ? [withVariable(variable, value, reading.problem)] : [];
    });
}

/** Throws BAD_SETTING that names every malformed variable among these, or among all. */
export function requireSettings(env: Environment, names?: readonly string[]): void {
  const problems = settingProblems(env, names);
  if (problems.length > 0) throw badSetting(problems);
}

const badSetting = (problems: readonly SettingProblem[]) =>
  new TemperError('BAD_SETTING', problems.map(settingProblemWords).join('\n'));

function withVariable(
  variable: string,
  value: string,
  { code, facts }: { code: string; facts: object },
): SettingProblem {
  const shown = settingOf(variable)?.secret ? '***' : withoutCredentials(value);
  const write = 'write' in facts ? { write: withoutCredentials(String(facts.write)) } : {};
  return { code, facts: { ...facts, ...write, variable, value: shown } } as SettingProblem;
}

function required<T>(variable: string, value: string | undefined, read: (text: string) => Reading<T>): T | undefined {
  if (!value) return undefined;
  const reading = read(value);
  if ('problem' in reading) throw badSetting([withVariable(variable, value, reading.problem)]);
  return reading.value;
}

/** The absolute path that a variable names, if it is set. Throws BAD_SETTING. */
export const pathSetting = (variable: string, env: Environment): string | undefined =>
  required(variable, env[variable], readPath);

/** The Ollama that `OLLAMA_HOST` names, if it is set. Throws BAD_SETTING. */
export const namedOllama = (env: Environment): OllamaAddress | undefined =>
  required('OLLAMA_HOST', env.OLLAMA_HOST, readOllamaHost);

export const usualOllama = 'http://127.0.0.1:11434';

/** The folder that one of XDG's variables names, by default one of the user's. A relative one is ignored, as the standard says. */
export const xdgFolder = (variable: string, env: Environment, usual: string): string =>
  env[variable]?.startsWith('/') ? env[variable] : join(userFolder(), usual);
