import { statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute } from 'node:path';
import { settingOf } from './lookup.ts';
import { readExisting, readPath } from './paths.ts';
import { readDevices } from './plain-values.ts';
import { proxyVariables } from './proxy-variables.ts';
import type { Environment } from './reading.ts';
import type { Child } from './setting.ts';
import { utf8Variables } from './text-encoding.ts';

/** A name that ends so holds a secret: `HF_TOKEN`, but not `HF_TOKEN_PATH`. */
const secretName = /(?:TOKEN|SECRET|PASSWORD|PASSWD|API_KEY|CREDENTIALS)$/;

/** Selects and reads the part of the worker's environment that a child may see. Secrets are never part of it. */
export function childEnvironment(child: Child, env: Environment = process.env): Record<string, string> {
  const chosen = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !secretName.test(name) && reaches(name, child),
  ) as [string, string][];
  return { ...usable(Object.fromEntries(chosen)), ...proxyVariables(child, env) };
}

function reaches(name: string, child: Child): boolean {
  const setting = settingOf(name);
  return setting?.children?.includes(child) === true && !setting.eitherCase;
}

/** Builds the environment of a user's command. `python`: path of the Python with the training libraries, put first on PATH. */
export function commandEnvironment(python: string): Record<string, string> {
  const base = childEnvironment('command');
  const path = [dirname(python), base.PATH].filter(Boolean).join(delimiter);
  return { ...base, ...utf8Variables(process.env), PATH: path, PYTHONUNBUFFERED: '1' };
}

/** The environment of the supervisor and the workers, which outlive this shell: its folders may differ, and its debugger ends. */
export function ownEnvironment(env: Environment, own: Readonly<Record<string, string>>): Record<string, string> {
  const { VSCODE_INSPECTOR_OPTIONS: _, NODE_OPTIONS: options, ...kept } = usable(defined(env));
  const forAll = options?.replace(/(?:^|\s)--inspect\S*/g, '').trim();
  return { ...kept, ...(forAll ? { NODE_OPTIONS: forAll } : {}), ...own };
}

/** The environment of temper's own servers. What a person set for servers of their own is not meant for these. */
export function serverEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(usable(defined(env))).filter(([name]) => !/^(?:OLLAMA|TEMPORAL)_/.test(name) || forOwnOllama(name)),
  );
}

const forOwnOllama = (name: string) =>
  name.startsWith('OLLAMA_') && name !== 'OLLAMA_HOST' && settingOf(name)?.kept === true;

/** Variables of a shell that lead Python, pip, uv and Go to other interpreters, libraries, targets and builds than temper's. */
const misleading = new RegExp(
  `^(?:${[
    'PYTHON\\w*|VIRTUAL_ENV\\w*|CONDA_\\w+|_CE_\\w+',
    'PIP_(?:USER|TARGET|PREFIX|ROOT|PYTHON\\w*|REQUIRE\\w*|CONSTRAINT|NO_DEPS|ONLY_BINARY|NO_BINARY|DRY_RUN|REPORT|EDITABLE|UPGRADE|PLATFORM|ABI|IMPLEMENTATION)',
    'UV_(?:PYTHON\\w*|SYSTEM_PYTHON|BREAK_SYSTEM_PACKAGES|PROJECT\\w*|WORKING_DIR\\w*|ENV_FILE|\\w*CONSTRAINT|OVERRIDE|EXCLUDE\\w*|RESOLUTION|PRERELEASE|\\w*REQUIRE_HASHES|NO_BINARY\\w*|NO_BUILD\\w*|VENV_\\w+|TORCH_BACKEND)',
    'GO(?:FLAGS|OS|ARCH|ROOT|WORK|111MODULE|BIN)',
  ].join('|')})$`,
);

/** The environment of programs that set up temper. A mirror of PyPI that pip or uv is told of serves both. */
export function toolEnvironment(env: Environment): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(usable(defined(env))).filter(([name]) => !misleading.test(name)));
  const index = kept.UV_DEFAULT_INDEX || kept.UV_INDEX_URL || kept.PIP_INDEX_URL;
  return { ...kept, ...(index ? { UV_DEFAULT_INDEX: index, PIP_INDEX_URL: index } : {}) };
}

const defined = (env: Environment) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<string, string>;

/** Values as their settings mean them: `~` expanded, devices normalized. Left out where nobody can mean them. */
function usable(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      if (name === 'TMPDIR' ? !isFolder(value) : xdgPath.test(name) && !isAbsolute(value)) return [];
      const setting = settingOf(name);
      if (value === '' || !setting?.read || !handedOnAsMeant.has(setting.read)) return [[name, value]];
      const reading = setting.read(value);
      return [[name, 'value' in reading ? String(reading.value) : value]];
    }),
  );
}

const handedOnAsMeant = new Set<unknown>([readPath, readExisting, readDevices]);

/** Paths of which XDG's standard says that a relative one is ignored. */
const xdgPath = /^XDG_(?:(?:DATA|CONFIG|STATE|CACHE)_HOME|RUNTIME_DIR)$/;

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
