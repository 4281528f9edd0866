import color from 'picocolors';
import { openHome } from '../../../services/machine/home.ts';
import * as stack from '../../../services/stack/up-and-down.ts';
import { duration } from '../../view/render.ts';

export async function up(options: { atLogin?: boolean } = {}): Promise<number> {
  if (options.atLogin !== undefined) {
    const { startAtLogin, startNoMoreAtLogin } = await import('./autostart.ts');
    if (!options.atLogin) return await startNoMoreAtLogin();
    // First: what cannot be installed should be known before minutes of setting up.
    await startAtLogin();
  }
  const state = await stack.up(openHome(), stack.terminalReporter());
  const { temporalUi, ollama } = state.addresses;
  process.stdout.write(
    `The local services are up.\n${temporalUi ? `  history  ${temporalUi}\n` : ''}  Ollama   ${ollama}\nStop them with \`npx temper down\`.\n`,
  );
  return 0;
}

export async function down(): Promise<number> {
  const was = await stack.down(openHome(), stack.terminalReporter());
  process.stdout.write(was ? 'The local services are stopped.\n' : 'Nothing was running.\n');
  const { nextLoginText } = await import('./autostart.ts');
  process.stdout.write(nextLoginText());
  return 0;
}

export async function status(options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const { condition, state, logs } = await stack.status(home);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ home: home.root, condition, ...state }, null, 2)}\n`);
    return condition === 'up' ? 0 : 1;
  }
  if (condition === 'down' || condition === 'left' || !state) {
    const left =
      condition === 'left'
        ? 'Its supervisor was killed and has left processes behind; `npx temper up` or `npx temper down` ends them.\n'
        : '';
    process.stdout.write(
      `Nothing is running in ${home.root}. Start the local services with \`npx temper up\`.\n${left}Logs: ${logs}\n`,
    );
    return 1;
  }
  process.stdout.write(`${color.bold(home.root)} ${condition} ${color.dim(`(queues temper-${home.id}-…)`)}\n`);
  for (const [name, service] of Object.entries(state.services)) {
    const since = service.since ? `for ${duration(Date.now() - service.since)}` : '';
    const restarts =
      service.restarts > 0
        ? color.yellow(`, started again ${service.restarts} times; last: ${service.lastEnd ?? 'unknown'}`)
        : '';
    const paint = service.status === 'running' ? color.green : color.yellow;
    process.stdout.write(
      `${name.padEnd(12)} ${paint(service.status)} ${since}${restarts}  ${service.address ?? ''}\n${' '.repeat(13)}${color.dim(service.log)}\n`,
    );
  }
  if (state.addresses.temporalUi) process.stdout.write(`history      ${state.addresses.temporalUi}\n`);
  if (state.addresses.ollama !== state.addresses.ollamaOwn)
    process.stdout.write(`Ollama       ${state.addresses.ollama} (yours; models are served there)\n`);
  for (const note of state.notes) process.stdout.write(`${color.dim(note)}\n`);
  return condition === 'up' ? 0 : 1;
}

export async function doctor(options: { json?: boolean }): Promise<number> {
  const { checkMachine } = await import('../../../services/doctor/check-machine.ts');
  const checks = await checkMachine(openHome());
  if (options.json) process.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
  else {
    for (const { name, ok, detail, remedy } of checks) {
      process.stdout.write(
        `${ok ? color.green('✔') : color.red('✘')} ${name.padEnd(20)} ${detail}\n${!ok && remedy ? `  ${color.bold('What to do:')} ${remedy}\n` : ''}`,
      );
    }
  }
  return checks.every((check) => check.ok) ? 0 : 1;
}
