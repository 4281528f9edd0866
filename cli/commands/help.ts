import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { nearest } from '../../core/language/spelling/suggest.ts';
import { packageFile } from '../../services/machine/package-root.ts';
import { findHelp, helpWords, type Page, titleOf } from '../help/find-help.ts';
import { showPage } from '../help/show-page.ts';
import { UserError } from '../user-error.ts';

/** Shows the help of a command, a page of the documentation, or what it says of a step kind, an option, a setting or a code. */
export const help =
  (program: Command) =>
  async (words: readonly string[]): Promise<number> => {
    const command = commandNamed(program, words);
    if (command) {
      process.stdout.write(command.helpInformation());
      if (command === program) process.stdout.write(topics(await pages()));
      return 0;
    }
    const word = words.join(' ');
    const known = await pages();
    const found = findHelp(known, word);
    if (found === undefined) {
      const meant = nearest(word, [...program.commands.map((each) => each.name()), ...helpWords(known)]);
      throw new UserError(`there is no help on "${word}"`, {
        hint: meant ? `did you mean \`npx temper help ${meant}\`?` : '`npx temper help` lists commands and topics',
      });
    }
    process.stdout.write(`${process.stdout.isTTY ? showPage(found, process.stdout.columns) : found}\n`);
    return 0;
  };

function commandNamed(program: Command, words: readonly string[]): Command | undefined {
  let command: Command | undefined = program;
  for (const word of words) command = command?.commands.find((each) => each.name() === word);
  return command;
}

/** `style` and `refused` are for those who change temper. */
const forAuthors = new Set(['style', 'refused']);

/** An option is explained there first. */
const reference = 'pipeline';

async function pages(): Promise<Page[]> {
  const found = await Promise.all(['', 'how-to/'].map(pagesIn));
  return found.flat().sort((a, b) => Number(b.name === reference) - Number(a.name === reference));
}

async function pagesIn(folder: string): Promise<Page[]> {
  const path = packageFile(`docs/${folder}`);
  const names = (await readdir(path)).filter((name) => /^[a-z-]+\.md$/.test(name)).map((name) => name.slice(0, -3));
  const shown = names.filter((name) => !forAuthors.has(name));
  return await Promise.all(
    shown.map(async (name) => ({ name, folder, text: await readFile(join(path, `${name}.md`), 'utf8') })),
  );
}

const topics = (all: readonly Page[]) => {
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map((page) => `  ${page.name.padEnd(width)}  ${titleOf(page)}`);
  return `\nTopics, as in \`npx temper help rows\`; a step kind, an option or a code is one too:\n${lines.join('\n')}\n`;
};
