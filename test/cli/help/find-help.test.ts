// needs: nothing
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { findHelp, type Page } from '../../../cli/help/find-help.ts';
import { showPage } from '../../../cli/help/show-page.ts';
import { errors } from '../../../core/errors/catalogue.ts';
import { stepKinds } from '../../../core/kinds/registry.ts';

const folder = fileURLToPath(new URL('../../../docs/', import.meta.url));
const pages: Page[] = await Promise.all(
  (await readdir(folder))
    .filter((name) => /^[a-z-]+\.md$/.test(name))
    .map(async (name) => ({ name: name.slice(0, -3), text: await readFile(`${folder}${name}`, 'utf8') })),
);

test('every page, every code of an error and every step kind is a topic', () => {
  for (const { name } of pages) assert.ok(findHelp(pages, name), name);
  for (const code of Object.keys(errors)) assert.match(findHelp(pages, code) ?? '', /What to do/, code);
  for (const kind of stepKinds) assert.match(findHelp(pages, kind) ?? '', new RegExp(`### ${kind}`), kind);
});

test('a code is found however it is written, and a section ends where the next begins', () => {
  const found = findHelp(pages, 'out_of_memory')!;
  assert.match(found, /^### OUT_OF_MEMORY\n/);
  assert.equal(found.match(/^#/gm)!.length, 1);
  assert.match(found, /From docs\/errors\.md$/);
});

test('an option is found with its options, and with the head of its table', () => {
  const found = findHelp(pages, 'lora')!;
  assert.match(found, /^\| key \| type \|/m);
  assert.match(found, /`lora\.r`/);
});

test('the words behind a fence, which are for the tests of the pages, are not shown', () => {
  assert.match(findHelp(pages, 'report')!, /^```sh$/m);
  const page = {
    name: 'resume',
    folder: 'how-to/',
    text: '# Continue\n\n## pause\n\n```sh runs\nnpx temper pause\n```\n',
  };
  assert.equal(findHelp([page], 'pause'), '## pause\n\n```sh\nnpx temper pause\n```\n\nFrom docs/how-to/resume.md');
});

test('an unknown word finds nothing', () => assert.equal(findHelp(pages, 'no-such-topic'), undefined));

for (const width of [40, 80, 200])
  test(`every page fits into ${width} columns, apart from code and long words`, () => {
    for (const { name, text } of pages)
      for (const line of showPage(text, width).split('\n'))
        if (stringWidth(line) > width && !line.startsWith('    '))
          assert.ok(
            line.split(' ').some((word) => stringWidth(word) > width - 10) || line.startsWith('#'),
            `${name}: ${line}`,
          );
  });
