// The readers of documents in their own Python environment, on a Chinese thesis in every format and on files that are no documents.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Extracted, extract } from '../../../activities/documents/extract.ts';
import { chunkDocument } from '../../../core/documents/chunk.ts';
import { makeDeps } from '../../rig/deps.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const formats = ['pdf', 'docx', 'md', 'html', 'epub'] as const;
const sections = 4;

let deps: Awaited<ReturnType<typeof makeDeps>>;
let folder: string;
let read: Record<string, Extracted>;
const extractAll = async (names: readonly string[]) =>
  await extract(
    { deps, folder, logFile: join(folder, 'log.txt'), signal: new AbortController().signal },
    names.map((name) => ({ name, path: join(folder, name) })),
    () => {},
  );

before(async () => {
  deps = await makeDeps();
  folder = join(deps.root, 'documents');
  await mkdir(folder);
  const python = await deps.documents(new AbortController().signal);
  await run(python, [here('./thesis.py'), folder, String(sections)]);
  await run(python, [here('./hostile.py'), folder]);
  const { documents, unread } = await extractAll(formats.map((format) => `thesis.${format}`));
  assert.deepEqual(unread, []);
  read = Object.fromEntries(documents.map((each) => [each.name.split('.')[1]!, each]));
});
after(() => rm(deps.root, { recursive: true, force: true }));

const titles = ['绪论', '斑点噪声的统计模型', '滤波方法', '实验与分析', '总结与展望'];
const bare = (text: string) => text.replace(/\s/g, '');

for (const format of formats) {
  test(`${format}: every heading of the thesis is found at its level`, () => {
    const headings = read[format]!.blocks.filter(({ kind, text }) => kind === 'heading' && bare(text) !== '目录');
    const wanted = titles.flatMap((title, at) => [
      [1, `第${'一二三四五'[at]}章${title}`],
      ...Array.from({ length: sections }, (_, n) => [2, `${at + 1}.${n + 1}${title}的第${n + 1}个问题`]),
    ]);
    assert.deepEqual(
      headings.map(({ level, text }) => [level, bare(text)]),
      wanted,
    );
  });

  test(`${format}: every sentence, table and formula is there once, in its section`, () => {
    const { chunks } = chunkDocument('thesis', read[format]!.blocks, { maxTokens: 600, minTokens: 0, leaveOut: [] });
    for (let chapter = 1; chapter <= 5; chapter += 1)
      for (let section = 1; section <= sections; section += 1) {
        const mark = chapter * 100 + section;
        const of = chunks.filter(({ text }) => text.includes(`第${mark}号试验区`));
        assert.equal(of.length, 1, `sentence ${mark}`);
        const { text, headings } = of[0]!;
        assert.ok(bare(headings[1]!).startsWith(`${chapter}.${section}`), `heading of ${mark}: ${headings.join('/')}`);
        assert.ok(text.includes(`需要${mark}.5秒。Speckle filtering reduces`), `paragraph of ${mark}: ${text}`);
        assert.ok(text.includes('without blurring their edges.'), 'a sentence over the end of a line');
        assert.match(text, new RegExp(`\\| 增强李滤波 \\| ${mark}\\.7 \\| 0\\.83 \\|`), `table of ${mark}`);
        assert.match(text, /ENL.*(?:μ|\\mu)\^\{?2\}?.*(?:σ|\\sigma)\^\{?2\}?/, `formula of ${mark}`);
      }
  });
}

test('pdf: each block has its page; headers, page numbers and the table of contents are left out', () => {
  const { blocks, pages, repeated, contents } = read.pdf!;
  assert.equal(pages, 12);
  // A header and a page number on each but the scanned page, and a line of the contents for each chapter.
  assert.deepEqual([repeated, contents], [22, 5]);
  const pageOf = (text: string) => blocks.find((block) => bare(block.text).startsWith(text))?.page;
  assert.deepEqual([pageOf('第一章'), pageOf('第二章'), pageOf('第五章')], [2, 4, 10]);
  assert.ok(blocks.every(({ text }) => !text.includes('学位论文')));
});

test('pdf: a scanned page is told by its number', () => assert.deepEqual(read.pdf!.scanned, [12]));

test('html: menus and scripts are no text', () =>
  assert.ok(read.html!.blocks.every(({ text }) => !/不是正文|^目录$/.test(text))));

const refused: readonly (readonly [name: string, why: RegExp])[] = [
  ['bomb.docx', /would unpack to .* MB from/],
  ['entity.epub', /is no e-book that can be read: .*EntitiesForbidden/],
  ['locked.pdf', /is encrypted; save a copy without a password/],
  ['cut.pdf', /is broken/],
  ['cut.docx', /is damaged or cut off/],
  ['old.doc', /is a file of old Word, .* as \.docx/],
  ['sheet.xlsx', /is a workbook of Excel/],
  ['picture.pdf', /is a picture/],
  ['gbk.txt', /is not UTF-8, line 2; it seems to be GBK: `iconv -f GBK/],
  ['empty.md', /is empty/],
  ['deep.html', /more than \d+ deep/],
  ['program.bin', /holds bytes that are no text/],
];

test('a file that is no document is refused with what to do, and the others are read all the same', async () => {
  const { documents, unread } = await extractAll([...refused.map(([name]) => name), 'thesis.md']);
  assert.deepEqual(
    documents.map(({ name }) => name),
    ['thesis.md'],
  );
  for (const [name, why] of refused)
    assert.match(unread.find((each) => each.name === name)?.why ?? 'was read', why, name);
});

test('a file is read by its content, whatever its name says', async () => {
  await writeFile(join(folder, 'wrong.txt'), await readFile(join(folder, 'thesis.pdf')));
  assert.equal((await extractAll(['wrong.txt'])).documents[0]?.kind, 'pdf');
});
