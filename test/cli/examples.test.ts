// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { makeProgram } from '../../cli/main.ts';

const leaves = (command: Command): Command[] =>
  command.commands.flatMap((each) => (each.commands.length > 0 ? leaves(each) : [each]));

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

/** What a shell would hand over up to the first operator. */
const wordsOf = (line: string): string[] =>
  [...line.split(/ (?:&&|<|>|\|) /)[0]!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const shown = leaves(makeProgram(() => async () => {})).filter((each) => each.name() !== 'complete');
for (const command of shown) {
  const help = helpOf(command);
  const examples =
    help
      .split(/^Examples?:$/m)[1]
      ?.trim()
      .split('\n') ?? [];
  test(`the help of \`${command.name()}\` has an example, and each names a command and options that exist`, async () => {
    assert.ok(examples.length > 0, help);
    for (const example of examples) {
      const [, line] = /^ *npx temper (.*)$/.exec(example) ?? [];
      if (line === undefined) {
        assert.match(example, /temper completion/);
        continue;
      }
      let ran = 0;
      const program = makeProgram(() => async () => {
        ran += 1;
      });
      await program.parseAsync(wordsOf(line), { from: 'user' });
      assert.equal(ran, 1, example);
    }
  });
}
