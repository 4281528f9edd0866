import color from 'picocolors';
import { plural } from '../../../core/words/plural.ts';
import { openHome } from '../../../services/machine/home.ts';
import * as stack from '../../../services/stack/up-and-down.ts';
import { printJson } from '../../json/print-json.ts';
import { warned } from '../../view/text/colours.ts';
import { duration } from '../../view/text/duration.ts';

/** Starts the local services. */
export async function up(options: { atLogin?: boolean; json?: boolean } = {}): Promise<number> {
  if (options.atLogin !== undefined) {
    const { enableAutostart, disableAutostart } = await import('./autostart.ts');
    if (!options.atLogin) return await disableAutostart();
    // Before the set-up: a machine without systemd is reported at once, not after minutes.
    await enableAutostart((text) => options.json || process.stdout.write(text));
  }
  const state = await stack.up(openHome(), stack.terminalReporter());
  if (options.json) {
    printJson('up', { home: openHome().root, addresses: state.addresses });
    return 0;
  }
  const { temporalUi, ollama } = state.addresses;
  process.stdout.write(
    `The local services are up\n${temporalUi ? `  web UI  ${temporalUi}\n` : ''}  Ollama  ${ollama}\nhint: stop them with \`npx temper down\`\n`,
  );
  return 0;
}

/** Stops the local services. */
export async function down(options: { json?: boolean } = {}): Promise<number> {
  const was = await stack.down(openHome(), stack.terminalReporter());
  if (options.json) {
    printJson('down', { home: openHome().root, stopped: was });
    return 0;
  }
  process.stdout.write(was ? 'The local services are stopped\n' : 'Nothing was running\n');
  const { autostartText } = await import('./autostart.ts');
  process.stdout.write(autostartText());
  return 0;
}

/** Shows the local services. Exit code 1 if they are not up. */
export async function status(options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const { condition, state, logs } = await stack.status(home);
  if (options.json) {
    printJson('status', { home: home.root, condition, ...state });
    return condition === 'up' ? 0 : 1;
  }
  if (condition === 'down' || condition === 'left' || !state) {
    const left =
      condition === 'left'
        ? 'The supervisor was killed and left processes running; `npx temper up` or `npx temper down` ends them\n'
        : '';
    process.stdout.write(
      `Nothing is running in ${home.root}\n${left}Logs: ${logs}\nhint: start the local services with \`npx temper up\`\n`,
    );
    return 1;
  }
  process.stdout.write(`${color.bold(home.root)} ${condition} ${color.dim(`(queues temper-${home.id}-…)`)}\n`);
  for (const [name, service] of Object.entries(state.services)) {
    const since = service.since ? `for ${duration(Date.now() - service.since)}` : '';
    const restarts =
      service.restarts > 0
        ? warned(`, restarted ${plural(service.restarts, 'time')}; last end: ${service.lastEnd ?? 'unknown'}`)
        : '';
    const paint = service.status === 'running' ? color.green : warned;
    process.stdout.write(
      `${name.padEnd(12)} ${paint(service.status)} ${since}${restarts}  ${service.address ?? ''}\n${' '.repeat(13)}${color.dim(service.log)}\n`,
    );
  }
  if (state.addresses.temporalUi) process.stdout.write(`web UI       ${state.addresses.temporalUi}\n`);
  if (state.addresses.ollama !== state.addresses.ollamaOwn)
    process.stdout.write(`Ollama       ${state.addresses.ollama} (yours; it serves the models)\n`);
  for (const note of state.notes) process.stdout.write(`${color.dim(note)}\n`);
  return condition === 'up' ? 0 : 1;
}

/** Checks this machine, or what becomes of a base model. Exit code 1 if a check fails. */
export async function doctor(
  base: string | undefined,
  options: { json?: boolean; template?: string; type: string; engine: string },
): Promise<number> {
  if (base !== undefined) return await (await import('./doctor-base.ts')).doctorBase(base, options);
  const { checkMachine } = await import('../../../services/doctor/check-machine.ts');
  const checks = await checkMachine(openHome());
  if (options.json) printJson('doctor', checks);
  else {
    for (const { name, ok, detail, remedy } of checks) {
      process.stdout.write(
        `${ok ? color.green('✔') : color.red('✘')} ${name.padEnd(20)} ${detail}\n${!ok && remedy ? `  hint: ${remedy}\n` : ''}`,
      );
    }
  }
  return checks.every((check) => check.ok) ? 0 : 1;
}
