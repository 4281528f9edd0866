import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, documents, textOf, withoutBlocks } from '../rig/documents/blocks.ts';
import { shellLines } from '../rig/documents/shell-lines.ts';

const ending = '.zh-CN.md';
const translations = documents.filter((document) => document.endsWith(ending));

/** How deep each heading is, in order. */
const outline = (document: string) =>
  [...withoutBlocks(textOf(document)).matchAll(/^(#+) /gm)].map(([, signs]) => signs!.length);

/** Of a block of shell its commands without their comments, of every other block all of it. */
const shown = (document: string) =>
  blocksOf(document).map(({ language, marks, text }) => ({
    fence: [language, ...marks].join(' '),
    content: language === 'sh' ? shellLines(text) : isTree(text) ? treeNames(text) : text,
  }));

/** A list of folders, each with a few words that are translated. */
const isTree = (text: string) => text.split('\n').every((line) => line === '' || /^[\w-]+\/\s/.test(line));
const treeNames = (text: string) => text.split('\n').map((line) => line.split(/\s/)[0]);

/** Where its links lead; to a page that has a translation, as to the original. */
const links = (document: string) =>
  [...withoutBlocks(textOf(document)).matchAll(/\]\(([^)\s#]+)/g)]
    .map(([, target]) => target!.replace(ending, '.md'))
    .sort();

test('the README and the tutorial are there in Chinese', () => {
  assert.deepEqual([...translations].sort(), ['README.zh-CN.md', 'docs/tutorial.zh-CN.md']);
});

for (const translation of translations) {
  const original = translation.replace(ending, '.md');
  test(`${translation} has the headings, commands, outputs and links of ${original}`, () => {
    assert.deepEqual(outline(translation), outline(original));
    assert.deepEqual(shown(translation), shown(original), `copy the changed block into ${translation}`);
    assert.deepEqual(links(translation), links(original));
  });

  test(`${translation} and ${original} link to each other at their top`, () => {
    const name = (document: string) => document.split('/').at(-1)!;
    const head = (document: string) => textOf(document).split('\n').slice(0, 5).join('\n');
    assert.ok(head(original).includes(`(${name(translation)})`) && head(translation).includes(`(${name(original)})`));
  });
}
