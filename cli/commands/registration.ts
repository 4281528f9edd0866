import { Option } from 'commander';

/** Makes an action from code that is imported when the command runs: `validate` need not load Temporal. */
export type LazyAction = (
  load: () => Promise<(...args: never[]) => Promise<number>>,
) => (...args: unknown[]) => Promise<void>;

/** An option that may be given several times; its values arrive as a list. */
export const repeatedOption = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`)
    .argParser<string[]>((value, before) => [...before, value])
    .default([], 'none');

export const runArgument = ['[run]', 'id of a run, or the start of one; @latest is the newest run', '@latest'] as const;

export const jsonOption = ['--json', 'print the result as JSON; docs/json.md has its shape'] as const;
