/** Variables that decide what `temper up` starts and where it looks; secrets are none of them. */
const keptVariables =
  /^(?:TEMPER_(?:CACHE|OLLAMA|PYTHON|HEARTBEAT_TIMEOUT|PORT_BASE)|TEMPORAL_(?:ADDRESS|NAMESPACE|PROFILE|CONFIG_FILE|UI_ADDRESS|CLI_PATH)|OLLAMA_(?:HOST|PATH)|HF_(?:HOME|ENDPOINT|HUB_OFFLINE)|XDG_(?:CACHE|CONFIG|DATA)_HOME|https?_proxy|no_proxy|(?:HTTPS?|ALL|NO)_PROXY|CUDA_VISIBLE_DEVICES)$/;

export interface LoginUnit {
  /** TEMPER_HOME, absolute. */
  home: string;
  node: string;
  /** The program that `npx temper` runs. */
  program: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Text of the systemd user unit that runs `temper up` for a home. Throws RangeError where a value cannot stand in a unit.
 * `temper up` ends when everything answers, and what it started goes on in the unit's group.
 */
export function loginUnit({ home, node, program, env }: LoginUnit): string {
  const variables = Object.entries(env).flatMap(([name, value]) =>
    value && keptVariables.test(name) ? [[name, value]] : [],
  );
  const environment = [['TEMPER_HOME', home], ['PATH', env.PATH ?? ''], ...variables.sort()].map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  const command = (what: string) => [node, program, what].map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ');
  return `# Made by \`temper up --at-login\`, removed by \`temper up --no-at-login\`.
[Unit]
Description=temper, local services of ${home.replaceAll('%', '%%')}

[Service]
Type=oneshot
RemainAfterExit=yes
${environment.join('\n')}
WorkingDirectory=${pathText(home)}
ExecStart=${command('up')}
ExecStop=${command('down')}
# A training that is stopped saves a checkpoint first.
TimeoutStopSec=10min
# A network that is not there yet, say.
Restart=on-failure
RestartSec=30
# One process that the kernel ends for want of memory is started again by itself; the others are to live on.
OOMPolicy=continue

[Install]
WantedBy=default.target
`;
}

/** systemd takes quotes, backslashes and percent signs apart, and ends every setting with its line. */
function quoted(text: string): string {
  if (/[\n\r]/.test(text)) throw new RangeError(`${JSON.stringify(text)} holds the end of a line, which no unit can`);
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

/** A path that stands alone is taken as it is, to the end of its line, but for percent signs. */
const pathText = (path: string) => path.replaceAll('%', '%%');
