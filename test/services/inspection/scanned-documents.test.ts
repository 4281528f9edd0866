// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { isScan, withoutText } from '../../../services/inspection/scanned-documents.ts';

const picture = '6 0 obj << /Type /XObject /Subtype /Image /Width 1 >>\nstream\n@\nendstream endobj';
const page = '<< /Type /Page /Resources << /XObject << /Im1 6 0 R >> >> >>';
const written = '<< /Type/Page /Resources << /Font << /F1 3 0 R >> >> >>';
const pdf = (...objects: (string | Buffer)[]) =>
  Buffer.concat(['%PDF-1.7\n', ...objects].map((each) => (typeof each === 'string' ? Buffer.from(`${each}\n`) : each)));
const packed = (objects: string, filter = '/FlateDecode') =>
  Buffer.concat([
    Buffer.from(`9 0 obj\n<</Type/ObjStm/N 1/First 4/Filter${filter}/Length 9>>stream\r\n`),
    deflateSync(Buffer.from(objects)),
    Buffer.from('\r\nendstream\nendobj\n'),
  ]);

for (const [name, bytes, wanted] of [
  ['pages of pictures', pdf(`4 0 obj ${page} endobj`, picture), true],
  ['pages of pictures in packed objects', pdf(packed(`4 0 ${page}`), picture), true],
  ['a page with a font', pdf(`4 0 obj ${written} endobj`), false],
  ['a page with a font in packed objects', pdf(packed(`4 0 ${written}`)), false],
  ['objects that are packed in another way', pdf(`4 0 obj ${page} endobj`, packed('x', '/LZWDecode')), false],
  [
    'packed objects that are cut',
    pdf(`4 0 obj ${page} endobj`, '9 0 obj <</Type/ObjStm/Filter/FlateDecode>>stream'),
    false,
  ],
  ['a lock', pdf(`4 0 obj ${page} endobj`, 'trailer << /Encrypt 5 0 R >>'), false],
  ['no page', pdf('2 0 obj << /Type /Pages /Count 0 >> endobj'), false],
  ['the text of a program', Buffer.from('# no PDF\n/Type /Page'), false],
] as const)
  test(`a file with ${name} is ${wanted ? '' : 'not '}told as a scan`, () => assert.equal(isScan(bytes), wanted));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-scans-'));
  await mkdir(join(folder, 'book'));
  await writeFile(join(folder, 'book', 'one.md'), '# One\n\nText.');
  await writeFile(join(folder, 'book', 'three.pdf'), pdf(`4 0 obj ${page} endobj`, picture));
  await writeFile(join(folder, 'book', 'two.txt'), '');
});
after(async () => await rm(folder, { recursive: true, force: true }));

test('a folder tells which of its documents hold no text', async () => {
  assert.deepEqual(await withoutText(join(folder, 'book'), false), {
    documents: 3,
    found: [
      { name: 'three.pdf', is: 'scan' },
      { name: 'two.txt', is: 'empty' },
    ],
  });
  assert.equal(await withoutText(join(folder, 'book', 'one.md'), false), undefined);
  assert.equal(await withoutText(join(folder, 'none'), false), undefined);
});
