import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import { makeProgram } from '../../cli/main.ts';
import { isErrorCode } from '../../core/errors/catalogue.ts';
import { diagnosticCodes } from '../../core/language/diagnostic-codes.ts';
import { settingOf } from '../../services/settings/lookup.ts';
import { type Block, blocksOf, documents, textOf, withoutBlocks } from '../rig/documents/blocks.ts';
import { callsIn, shellLines, type Words } from '../rig/documents/shell-lines.ts';
import { root } from '../rig/temper.ts';

/** Executed by `test/docs/`, without servers and with them. */
const executed = ['runs', 'runs-on-servers'];

/** Why no test executes a block. CONTRIBUTING.md tells writers what each means. */
const needs = ['needs-gpu', 'needs-hub', 'needs-yours', 'needs-machine', 'needs-time'];

const testsOf = (block: Block): string[] =>
  block.marks.flatMap((mark) => (mark.startsWith('tested-by=') ? mark.slice('tested-by='.length).split(',') : []));
const isMark = (mark: string) => executed.includes(mark) || needs.includes(mark) || mark.startsWith('tested-by=');
const place = ({ document, line }: Block) => `${document}:${line}`;

const blocks = documents.flatMap((document) => blocksOf(document));
const shell = blocks.filter(({ language }) => language === 'sh');

test('every block of commands says who executes it, or what it needs', () => {
  const unmarked = shell.filter(({ marks }) => marks.length === 0 || !marks.every(isMark));
  const how = 'write `sh runs`, `sh tested-by=test/…` or `sh needs-…`: CONTRIBUTING.md, "Write a page"';
  assert.deepEqual(unmarked.map(place), [], how);
});

test('a block that names a test names one which knows each of its commands', () => {
  const unknown = shell.flatMap((block) => {
    const files = testsOf(block);
    if (files.length === 0) return [];
    const missing = files.filter((file) => !existsSync(join(root, file)));
    if (missing.length > 0) return [`${place(block)}: ${missing}`];
    const source = files.map((file) => readFileSync(join(root, file), 'utf8')).join('');
    const verbs = shellLines(block.text)
      .flatMap(callsIn)
      .map(([verb]) => verb!);
    return verbs.filter((verb) => !new RegExp(`['/]${verb}\\b`).test(source)).map((verb) => `${place(block)}: ${verb}`);
  });
  assert.deepEqual(unknown, []);
});

const lacksArgument = 'commander.missingArgument';

/** What is wrong with a command, as the program itself says it; nothing runs. */
async function parse(words: Words): Promise<string | undefined> {
  let ran = 0;
  let said = '';
  const program = makeProgram(() => async () => {
    ran += 1;
  });
  silence(program, (text) => {
    said += text;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return ran === 1 ? undefined : 'no such command';
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return error instanceof CommanderError && error.code === lacksArgument ? lacksArgument : said || String(error);
  }
}

function silence(command: Command, keep: (text: string) => void): void {
  command.configureOutput({ writeOut: () => {}, writeErr: keep });
  for (const each of command.commands) silence(each, keep);
}

/** Of pages that do not show mistakes or what once was. */
const current = documents.filter((each) => each !== 'CHANGELOG.md' && each !== 'docs/reports.md');
for (const document of current) {
  test(`every command of temper in ${document} exists, with its options`, async () => {
    const text = textOf(document);
    const inBlocks = blocksOf(document, text)
      .filter(({ language }) => language === 'sh' || language === '')
      .flatMap((block) => shellLines(block.text));
    const inSentences = [...withoutBlocks(text).matchAll(/`((?:npx )?temper [^`\n]+)`/g)].map(([, span]) => span!);
    const problems = async (lines: readonly string[]) =>
      (
        await Promise.all(
          lines.flatMap(callsIn).map(async (words) => ({ words: words.join(' '), problem: await parse(words) })),
        )
      ).filter(({ problem }) => problem !== undefined);
    assert.deepEqual(await problems(inBlocks), []);
    const said = await problems(inSentences.filter((span) => !isForm(span)));
    assert.deepEqual(
      said.filter(({ problem }) => problem !== lacksArgument),
      [],
    );
  });
}

/** The form of a command in a sentence, such as `temper init [--base …]`. */
const isForm = (span: string) => /\[|\*/.test(span);

test('every code of an error and every variable that the page of symptoms names exists', () => {
  const names = [...textOf('docs/troubleshooting.md').matchAll(/`([A-Z]+_[A-Z_]+)[=`]/g)].map(([, name]) => name!);
  const isKnown = (name: string) => isErrorCode(name) || name in diagnosticCodes || settingOf(name) !== undefined;
  assert.ok(names.length >= 10);
  assert.deepEqual(
    names.filter((name) => !isKnown(name)),
    [],
  );
});
