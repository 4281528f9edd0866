// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDiagnostics } from '../../../cli/view/diagnostics/render-diagnostics.ts';
import { checkDocument } from '../../../core/language/check/document.ts';

const told = (text: string) => renderDiagnostics(checkDocument(text).diagnostics, text, 'p.yaml');
const show = (line: string, at: number, end: number) =>
  renderDiagnostics([{ code: 'BAD_VALUE', reason: 'empty', facts: {}, at, end }], line, 'p.yaml')
    .split('\n')
    .slice(0, 3);

test('a squiggle stands under its words when Chinese text comes before them', () => {
  assert.deepEqual(show('名称: 斑点噪声 x', 9, 10), [
    'p.yaml:1:10 must not be empty [BAD_VALUE]',
    '  1 | 名称: 斑点噪声 x',
    '    |                ~',
  ]);
});

test('a squiggle under Chinese text is as wide as it is shown', () => {
  assert.equal(show('a: 噪声', 3, 5)[2], '    |    ~~~~');
});

test('emoji count two cells, combining marks none', () => {
  assert.equal(show('👍: x', 4, 5)[2], '    |     ~');
  assert.equal(show('e\u0301: x', 4, 5)[2], '    |    ~');
});

test('tabs and control characters cannot move the squiggle or the cursor', () => {
  assert.deepEqual(show('a:\t\u001b[2Jx', 7, 8).slice(1), ['  1 | a: ·[2Jx', '    |        ~']);
});

test('text of the document cannot reach the terminal as an escape sequence', () => {
  const text = 'name: p\n"\\e[31mred\\u202e": 1\nsteps: { a: { uses: run, with: { command: [x] } } }\n';
  assert.doesNotMatch(told(text), /[\u001b\u202e]/);
});

test('a line too long for a terminal is cut around the mistake', () => {
  const [, line, squiggle] = show(`a: ${'x'.repeat(5000)} wrong`, 5004, 5009);
  assert.ok(line!.length < 200 && line!.endsWith('wrong'));
  assert.equal(squiggle!.indexOf('~'), line!.indexOf('wrong'));
});

test('a squiggle ends with its line, also before a Windows line end', () => {
  assert.deepEqual(show('a: "x\r\nb: 1', 3, 11).slice(1), ['  1 | a: "x', '    |    ~~']);
});

test('a byte order mark is no column', () => {
  assert.match(
    told('\ufeffnmae: p\nsteps: { a: { uses: run, with: { command: [x] } } }\n'),
    /^p\.yaml:1:1 unknown key/,
  );
});

test('a hint is a line of its own below the squiggle', () => {
  assert.equal(
    told('name: p\nsteps: { a: { uses: trian } }\n'),
    `p.yaml:2:21 steps.a.uses: unknown step kind "trian" [UNKNOWN_KIND]
  2 | steps: { a: { uses: trian } }
    |                     ~~~~~
hint: did you mean "train"?

1 problem in p.yaml; nothing was started.
`,
  );
});
