import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDiagnostics } from '../../../cli/view/diagnostics/render-diagnostics.ts';
import { checkDocument } from '../../../core/language/plan/make-plan.ts';

const told = (text: string) => renderDiagnostics(checkDocument(text).diagnostics, text, 'p.yaml');

const plain: readonly [string, string, RegExp][] = [
  ['a tab', 'steps:\n\ta: 1\n', /^p\.yaml:2:1 this line is indented with a tab/],
  ['an open double quote', 'name: "p\nsteps: {}\n', /^p\.yaml:1:7 this " is never closed/],
  ['an open single quote', "name: 'p\nsteps: {}\n", /^p\.yaml:1:7 this ' is never closed/],
  ['a key that stands twice', 'name: p\nname: q\n', /^p\.yaml:2:1 duplicate key "name"/],
  ['a cron line without quotes', 'on:\n  - cron: */30 * * * *\n', /^p\.yaml:2:11 YAML reads `\*\/30` as a reference/],
  ['a star in a list', 'a: [*]\n', /^p\.yaml:1:5 YAML reads `\*`/],
  ['a glob', 'a: *.jsonl\n', /^p\.yaml:1:4 YAML reads `\*\.jsonl`/],
  ['Jinja braces for an expression', 'a: {{ inputs.x }}\n', /^p\.yaml:1:5 `{{` begins a map inside a map/],
  ['an expression in a flow map', 'a: { b: ${{ inputs.x }} }\n', /^p\.yaml:1:9 an expression inside .* needs quotes/],
  ['an expression in a flow list', 'a: [${{ inputs.x }}]\n', /^p\.yaml:1:5 an expression inside .* needs quotes/],
  ['a colon in a value', 'name: a: b\n', /^p\.yaml:1:7 this value contains a colon and a space/],
  ['an open brace', 'a: { b: 1\nc: 2\n', /^p\.yaml:1:4 this `{` is never closed/],
  ['an open bracket', 'a: [ b\nc: 2\n', /^p\.yaml:1:4 this `\[` is never closed/],
  ['a bracket too many', 'a: [ b ]]\n', /^p\.yaml:1:9 this `\]` closes nothing/],
  [
    'a line that stands askew',
    'steps:\n  a:\n    b: 1\n   c: 2\n',
    /^p\.yaml:4:4 the indentation of this line fits none/,
  ],
  ['a forgotten colon', 'name: p\nsteps\n  a: 1\n', /^p\.yaml:2:1 this line is not `key: value`/],
  ['a forgotten space', 'name:p\nsteps: 1\n', /^p\.yaml:1:1 this line is not `key: value`/],
  ['a forgotten comma', 'a: { b: 1 c: 2 }\n', /^p\.yaml:1:9 a comma or a closing bracket is missing/],
  ['an at sign', 'a: @x\n', /^p\.yaml:1:4 a value cannot begin with the character @/],
  ['a backslash', 'a: "\\data"\n', /in double quotes `\\` begins an escape, and `\\d` is not one/],
  ['words after a quote', 'if: "a" == "b"\n', /put quotes around the whole value/],
  ['a condition that begins with !', 'if: !x\n', /^p\.yaml:1:5 YAML reads a value that begins with `!` as a tag/],
  ['a condition that begins with >', 'if: >= 3\n', /begin a text of several lines/],
  ['two documents', 'name: p\n---\nname: q\n', /^p\.yaml:2:1 the file contains a second document/],
  ['a merge key', 'a: &a { b: 1 }\nc:\n  <<: *a\n', /^p\.yaml:3:3 merge keys/],
  ['nothing', '', /^p\.yaml:1:1 the document is empty/],
  ['a text', 'hello\n', /^p\.yaml:1:1 the document is not a map/],
  ['a list', '- a\n', /^p\.yaml:1:1 the document is not a map/],
];
for (const [what, text, expected] of plain)
  test(`${what} is told in plain words, at its place`, () => assert.match(told(text), expected));

const sound = 'name: p\nsteps: { a: { uses: run, with: { command: [x] } } }\n';

test('a byte order mark, Windows line ends and no last line end are fine', () => {
  for (const text of [`\ufeff${sound}`, sound.replaceAll('\n', '\r\n'), sound.trimEnd()])
    assert.deepEqual(checkDocument(text).diagnostics, []);
});

test('brackets inside a script are no nesting', () => {
  const script = Array.from({ length: 60 }, () => 'if [ -f x ]; then echo "{"; fi').join('\n        ');
  const text = `name: p\nsteps:\n  a:\n    uses: run\n    with:\n      shell: bash\n      script: |\n        ${script}\n`;
  assert.deepEqual(checkDocument(text).diagnostics, []);
});
