import type { Command, CommanderError } from 'commander';
import { findLookalikes } from '../core/language/spelling/lookalikes.ts';
import { nearest } from '../core/language/spelling/suggest.ts';
import { lookalikeWords } from '../core/words/diagnostics/lookalikes.ts';
import { pipelinesIn } from './runs/explain-file.ts';

/** Commands of other programs, and what they are called here. */
const foreignCommands: Readonly<Record<string, string>> = {
  start: 'run FILE',
  train: 'run FILE',
  finetune: 'run FILE',
  submit: 'run FILE',
  apply: 'run FILE',
  exec: 'run FILE',
  list: 'ps',
  ls: 'ps',
  runs: 'ps',
  jobs: 'ps',
  history: 'ps',
  describe: 'show RUN',
  get: 'show RUN',
  inspect: 'show RUN',
  info: 'show RUN',
  log: 'logs RUN',
  tail: 'logs RUN --follow',
  attach: 'watch RUN',
  follow: 'watch RUN',
  stop: 'cancel RUN',
  kill: 'cancel RUN',
  abort: 'cancel RUN',
  terminate: 'cancel RUN',
  continue: 'resume RUN',
  unpause: 'resume RUN',
  restart: 'rerun RUN',
  redo: 'rerun RUN',
  check: 'validate FILE',
  lint: 'validate FILE',
  test: 'validate FILE',
  'dry-run': 'plan FILE',
  clean: 'gc',
  prune: 'gc',
  purge: 'gc',
  install: 'up',
  setup: 'up',
  shutdown: 'down',
  cron: 'schedule apply FILE',
  schedules: 'schedule ls',
  deploy: 'schedule apply FILE',
  secrets: 'secret ls',
  revert: 'rollback NAME',
  ask: 'compare',
  chat: 'compare',
  version: '--version',
};

/** What was meant by a command line that cannot be understood; undefined where that is unknown. */
export function slipIn(argv: readonly string[], error: CommanderError, program: Command): string | undefined {
  for (const word of argv) {
    const [odd] = findLookalikes(word);
    if (!odd || (odd.kind !== 'dash' && odd.kind !== 'curly' && odd.kind !== 'invisible' && odd.kind !== 'space'))
      continue;
    const { message } = lookalikeWords(odd);
    const meant = odd.kind === 'dash' && odd.at === 0 ? `; write \`${asOption(word)}\`` : '';
    return `${message} in \`${word}\`${meant}`;
  }
  const [first = '', ...rest] = argv;
  const names = program.commands.map((command) => command.name());
  if (error.code === 'commander.unknownCommand') {
    const small = first.toLowerCase();
    if (first !== small && names.includes(small)) return `write it in small letters: \`npx temper ${small}\``;
    if (names.includes(first.split(' ')[0]!)) return 'leave out the quotes around the whole command';
    if (/\.ya?ml$/i.test(first)) return `write \`npx temper run ${[first, ...rest].join(' ')}\``;
    if (Object.hasOwn(foreignCommands, small)) return `write \`npx temper ${foreignCommands[small]}\``;
    return meantWord(first, names);
  }
  if (error.code === 'commander.excessArguments') {
    const at = rest.findIndex((word) => word === '-i' || word === '--input');
    const name = rest[at + 1];
    const value = rest[at + 2];
    if (at >= 0 && name && value && !name.includes('=')) return `write \`--input ${name}=${value}\``;
    const assignment = rest.find((word, index) => /^[\w-]+=/.test(word) && !/^-/.test(rest[index - 1] ?? ''));
    if (assignment) return `give an input with its option: \`--input ${assignment}\``;
  }
  if (error.code === 'commander.unknownOption') {
    const options = (program.commands.find((command) => command.name() === first) ?? program).options;
    const long = options.flatMap((option) => option.long ?? []);
    const unknown = argv
      .map((word) => word.split('=')[0]!)
      .find((word) => word.startsWith('-') && !long.includes(word));
    return unknown === undefined ? undefined : meantWord(unknown, long);
  }
  if (error.code === 'commander.missingArgument') {
    const here = /'files?'/.test(error.message) ? pipelinesIn('.').slice(0, 5) : [];
    return here.length > 0
      ? `this folder holds ${here.map((name) => `\`${name}\``).join(', ')}`
      : usageOf(argv, program);
  }
  // Without any word, all commands have been listed already.
  return argv.length === 0
    ? 'begin with `npx temper quickstart`, or with rows of yours: `npx temper tune rows.jsonl`'
    : undefined;
}

/** How the command is written that lacks an argument. */
function usageOf(argv: readonly string[], program: Command): string | undefined {
  let [command, path]: [Command, string] = [program, 'npx temper'];
  for (const word of argv) {
    const next = command.commands.find((each) => each.name() === word);
    if (!next) break;
    [command, path] = [next, `${path} ${word}`];
  }
  return command === program
    ? undefined
    : `write \`${path} ${command.usage().replace('[options] ', '')}\`; \`${path} --help\` tells its options`;
}

function meantWord(word: string, known: readonly string[]): string | undefined {
  const meant = nearest(word, known);
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

const asOption = (word: string) => word.replace(/^[\u2010-\u2015\u2212]+-?/, word.length > 2 ? '--' : '-');
