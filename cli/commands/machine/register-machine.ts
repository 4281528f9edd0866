import type { Command } from 'commander';
import { jsonOption, type LazyAction } from '../registration.ts';

/** The local services, the machine, its disk space and its secrets. */
export function addMachineCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('This machine:');
  program
    .command('up')
    .description('start the local services: Temporal, Ollama and two workers')
    .option('--at-login', 'enable autostart too: at login, or at boot with `loginctl enable-linger` (systemd)')
    .option('--no-at-login', 'disable autostart; starts and stops nothing')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./services.ts')).up));
  program
    .command('down')
    .description('stop the local services; a training saves a checkpoint first and continues after the next `up`')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./services.ts')).down));
  program
    .command('status')
    .description('show the local services: state, address and log of each; exit code 1 if they are not up')
    .option('--json', 'print JSON: home, condition, services, addresses, notes')
    .action(lazyAction(async () => (await import('./services.ts')).status));
  program
    .command('doctor')
    .argument('[base]', 'a base model: a folder, or a name of the Hub')
    .description(
      'check this machine and show how to fix it, or prove that models of BASE can be served; exit code 1 if not',
    )
    .option(
      '--template <file>',
      'name the file with the Jinja chat template of the training of BASE; by default the base’s own',
    )
    .option('--type <type>', 'name the type of the GGUF file', 'q4_K_M')
    .option('--engine <engine>', 'name the converter: `auto`, `ollama` or `llama.cpp`', 'auto')
    .option('--json', 'print a JSON list of checks (name, ok, detail, remedy), or with BASE what was proven')
    .action(lazyAction(async () => (await import('./services.ts')).doctor));
  program
    .command('gc')
    .description('remove from disk what no run, served model or tag refers to')
    .option('--dry-run', 'show what would be removed, with sizes and reasons; change nothing')
    .option('--verify', 'read every byte of the store first and report damage; exit code 1 if there is any')
    .option(
      '--older-than <age>',
      'remove also what only runs closed longer ago need, such as `30d`; records and each pipeline’s newest success stay',
    )
    .option('--json', 'print JSON: removals, table (counts and bytes kept and removed), notes, verified')
    .action(lazyAction(async () => (await import('./gc.ts')).gc));
  const secret = program
    .command('secret')
    .description('set and list secrets, which a pipeline reads as `${{ secrets.NAME }}`');
  secret
    .command('set')
    .argument('<name>', 'capitals, digits and _, such as HF_TOKEN')
    .description('store a secret in a file of mode 0600; its value comes from the terminal or stdin')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./secret.ts')).setSecret));
  secret
    .command('ls')
    .description('list the names of the secrets, never their values')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./secret.ts')).listSecretNames));
}
