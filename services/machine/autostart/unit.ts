import { settingOf } from '../../settings/lookup.ts';

/** What only `temper up` itself reads, besides what the services keep. */
const readByUp =
  /^(?:TEMPER_(?:CACHE|PORT_BASE)|TEMPORAL_(?:ADDRESS|NAMESPACE|PROFILE|CONFIG_FILE|UI_ADDRESS|CLI_PATH)|OLLAMA_PATH|XDG_(?:CACHE|CONFIG|DATA)_HOME|NODE_EXTRA_CA_CERTS|PIP_INDEX_URL|UV_DEFAULT_INDEX|UV_INDEX_URL)$/;

/** Whether `temper up` depends on a variable that is no secret. */
function isStored(name: string): boolean {
  const setting = settingOf(name);
  return setting !== undefined && !setting.secret && (setting.kept === true || readByUp.test(name));
}

interface AutostartUnit {
  /** TEMPER_HOME, absolute. */
  home: string;
  node: string;
  /** Path of `bin/temper.mjs`. */
  program: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Text of the systemd user unit that runs `temper up` for a home. Throws RangeError if a value contains a line break.
 * `temper up` ends when everything answers; the processes it started stay in the unit's control group.
 */
export function autostartUnit({ home, node, program, env }: AutostartUnit): string {
  const variables = Object.entries(env).flatMap(([name, value]) =>
    (value || name === 'CUDA_VISIBLE_DEVICES') && isStored(name) ? [[name, value ?? '']] : [],
  );
  const environment = [['TEMPER_HOME', home], ['PATH', env.PATH ?? ''], ...variables.sort()].map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  const command = (what: string) => [node, program, what].map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ');
  return `# Written by \`temper up --at-login\`, deleted by \`temper up --no-at-login\`.
[Unit]
Description=temper, local services of ${home.replaceAll('%', '%%')}

[Service]
Type=oneshot
RemainAfterExit=yes
${environment.join('\n')}
WorkingDirectory=${pathText(home)}
ExecStart=${command('up')}
ExecStop=${command('down')}
# A training saves a checkpoint before it stops.
TimeoutStopSec=10min
# The network may not be up yet.
Restart=on-failure
RestartSec=30
# The supervisor restarts a process that the kernel kills when memory is short; systemd must not stop the others.
OOMPolicy=continue

[Install]
WantedBy=default.target
`;
}

/** systemd interprets quotes, backslashes and percent signs, and a line break ends a setting. */
function quoted(text: string): string {
  if (/[\n\r]/.test(text))
    throw new RangeError(`${JSON.stringify(text)} contains a line break; a systemd unit cannot hold it`);
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

/** systemd takes a bare path literally to the end of the line, except for percent signs. */
const pathText = (path: string) => path.replaceAll('%', '%%');
