import type { Argument, Command } from 'commander';

/** A word that may stand next, and what it means. */
export interface Suggestion {
  word: string;
  about: string;
}

/** `files`: the shell completes a path, which it does better. */
export type Completions = readonly Suggestion[] | 'files';

/** Values of arguments that only a home knows. */
export interface KnownNames {
  runs: () => Promise<readonly string[]>;
  models: () => Promise<readonly string[]>;
}

/** What each argument takes, by its name in the help. */
const takes: Readonly<Record<string, 'runs' | 'models' | 'both' | 'files' | 'shells'>> = {
  run: 'runs',
  before: 'runs',
  after: 'runs',
  what: 'both',
  name: 'models',
  model: 'models',
  base: 'files',
  rows: 'files',
  file: 'files',
  files: 'files',
  folder: 'files',
  shell: 'shells',
};
/** Options that take such a value, by the name of the value. */
const valueTakes: Readonly<Record<string, 'runs' | 'files'>> = {
  run: 'runs',
  file: 'files',
  config: 'files',
  folder: 'files',
};

/** What may stand in place of the last of these words, which may be empty. The words are those after `temper`. */
export async function completionsFor(
  program: Command,
  words: readonly string[],
  known: KnownNames,
): Promise<Completions> {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  let command = program;
  let place = 0;
  let optionValue: string | undefined;
  for (const word of before) {
    const inner = place === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (optionValue !== undefined) optionValue = undefined;
    else if (inner) command = inner;
    else if (word.startsWith('-')) optionValue = valueName(command, word);
    else place += 1;
  }
  if (optionValue !== undefined) return await fitting(await valuesOf(valueTakes[optionValue], known), last);
  if (last.startsWith('-')) return fitting(optionsOf(command), last);
  if (command.commands.length > 0) return fitting(commandsOf(command), last);
  const argument = argumentAt(command, place);
  return fitting(await valuesOf(argument && takes[argument.name()], known), last);
}

/** The name of the value that an option takes, as in `--step <id>`; undefined for a switch, and for `--option=value`. */
function valueName(command: Command, word: string): string | undefined {
  const option = command.options.find(({ short, long }) => word === short || word === long);
  if (!option?.required && !option?.optional) return undefined;
  return /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '';
}

const commandsOf = ({ commands }: Command): Suggestion[] =>
  commands
    .filter((each) => !(each as Command & { _hidden?: boolean })._hidden)
    .map((each) => ({ word: each.name(), about: each.description().split('\n')[0]! }));

const optionsOf = ({ options }: Command): Suggestion[] =>
  [...options.filter(({ hidden }) => !hidden).map(({ long, description }) => [long ?? '', description] as const)]
    .concat([['--help', 'show the help']])
    .map(([word, about]) => ({ word, about }));

function argumentAt({ registeredArguments: all }: Command, place: number): Argument | undefined {
  const last = all.at(-1);
  return all[place] ?? (last?.variadic ? last : undefined);
}

async function valuesOf(what: (typeof takes)[string] | undefined, { runs, models }: KnownNames): Promise<Completions> {
  const named = (about: string) => (word: string) => ({ word, about });
  const allRuns = async () => [{ word: '@latest', about: 'the newest run' }, ...(await runs()).map(named('run'))];
  if (what === 'runs') return await allRuns();
  if (what === 'models') return (await models()).map(named('model'));
  if (what === 'both') return [...(await allRuns()), ...(await models()).map(named('model'))];
  if (what === 'shells') return shells.map(named('shell'));
  return what === 'files' ? 'files' : [];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A run is completed without its step, which follows a slash. */
const fitting = (all: Completions, begin: string): Completions =>
  all === 'files' ? all : all.filter(({ word }) => word.startsWith(begin));
