import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDiagnostics } from '../../core/diagnostic.ts';
import { checkDocument } from '../../core/make-plan.ts';

const told = (text: string) => renderDiagnostics(checkDocument(text).diagnostics, text, 'p.yaml');

const plain: readonly [string, string, RegExp][] = [
  ['a tab', 'steps:\n\ta: 1\n', /^p\.yaml:2:1 this line is indented with a tab/],
  ['an open double quote', 'name: "p\nsteps: {}\n', /^p\.yaml:1:7 this " is never closed/],
  ['an open single quote', "name: 'p\nsteps: {}\n", /^p\.yaml:1:7 this ' is never closed/],
  ['a key that stands twice', 'name: p\nname: q\n', /^p\.yaml:2:1 the key "name" stands twice/],
  ['a cron line without quotes', 'on:\n  - cron: */30 * * * *\n', /^p\.yaml:2:11 YAML reads `\*\/30` as a reference/],
  ['a star in a list', 'a: [*]\n', /^p\.yaml:1:5 YAML reads `\*`/],
  ['a glob', 'a: *.jsonl\n', /^p\.yaml:1:4 YAML reads `\*\.jsonl`/],
  ['Jinja braces for an expression', 'a: {{ inputs.x }}\n', /^p\.yaml:1:5 `{{` begins a map inside a map/],
  ['an expression in a flow map', 'a: { b: ${{ inputs.x }} }\n', /^p\.yaml:1:9 an expression inside .* needs quotes/],
  ['an expression in a flow list', 'a: [${{ inputs.x }}]\n', /^p\.yaml:1:5 an expression inside .* needs quotes/],
  ['a colon in a value', 'name: a: b\n', /^p\.yaml:1:7 this value holds a colon and a space/],
  ['an open brace', 'a: { b: 1\nc: 2\n', /^p\.yaml:2:1 a `{` that was opened above is not closed/],
  ['an open bracket', 'a: [ b\nc: 2\n', /^p\.yaml:2:1 a `\[` that was opened above is not closed/],
  ['a bracket too many', 'a: [ b ]]\n', /^p\.yaml:1:9 this `\]` closes nothing/],
  ['a line that stands askew', 'steps:\n  a:\n    b: 1\n   c: 2\n', /^p\.yaml:4:4 this line is indented neither/],
  ['a forgotten colon', 'name: p\nsteps\n  a: 1\n', /^p\.yaml:2:1 this line has no `key: value`/],
  ['a forgotten space', 'name:p\nsteps: 1\n', /^p\.yaml:1:1 this line has no `key: value`/],
  ['a forgotten comma', 'a: { b: 1 c: 2 }\n', /^p\.yaml:1:9 a comma or a closing bracket is missing/],
  ['an at sign', 'a: @x\n', /^p\.yaml:1:4 no value can begin with the character @/],
  ['a backslash', 'a: "C:\\data"\n', /in double quotes `\\` begins an escape, and `\\d` is none/],
  ['words after a quote', 'if: "a" == "b"\n', /put quotes around the whole value/],
  ['a condition that begins with !', 'if: !x\n', /^p\.yaml:1:5 a value that begins with `!` is a YAML tag/],
  ['a condition that begins with >', 'if: >= 3\n', /begin a text of several lines/],
  ['two documents', 'name: p\n---\nname: q\n', /^p\.yaml:2:1 the file holds a second document/],
  ['a merge key', 'a: &a { b: 1 }\nc:\n  <<: *a\n', /^p\.yaml:3:3 merge keys/],
  ['nothing', '', /^p\.yaml:1:1 the document is empty/],
  ['a text', 'hello\n', /^p\.yaml:1:1 a pipeline is a map/],
  ['a list', '- a\n', /^p\.yaml:1:1 a pipeline is a map/],
];
for (const [what, text, expected] of plain)
  test(`${what} is told in plain words, at its place`, () => assert.match(told(text), expected));

const sound = 'name: p\nsteps: { a: { uses: run, with: { command: [x] } } }\n';
const laughs = [
  'a0: &a0 [x,x,x,x,x,x,x,x,x]',
  ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
];
const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** Each is refused with a place, in less than a second, and nothing is thrown. */
const hostile: Readonly<Record<string, string>> = {
  'a billion laughs': laughs.join('\n'),
  'many aliases of a large map': `a: &a {${many(1500, (i) => `k${i}: 1,`)}}\n${many(90, (i) => `b${i}: *a`)}`,
  'thousands of aliases': `a: &a 1\nb: [${'*a,'.repeat(60_000)}]`,
  'an alias inside itself': 'a: &a [*a]\n',
  'an alias inside itself, deeper': 'name: p\nsteps: &s { a: { uses: run, with: { command: *s } } }\n',
  'an alias of nothing': 'a: *b\n',
  'deep brackets': `a: ${'['.repeat(50_000)}`,
  'deep braces': `a: ${'{a: '.repeat(40_000)}`,
  'deep dashes': '- '.repeat(50_000),
  'deep dashes and tabs': '-\t'.repeat(50_000),
  'deep question marks': '? '.repeat(50_000),
  'question marks on lines': many(50_000, () => '?'),
  'question marks going deeper': many(390, (i) => `${' '.repeat(i)}?`),
  'deep colons': ': '.repeat(50_000),
  'deep indentation': many(600, (i) => `${' '.repeat(i)}a:`),
  'a huge text': `name: "${'x'.repeat(5_000_000)}"\n`,
  'a huge text within the limit': `name: "${'x'.repeat(190_000)}"\n`,
  'a huge key': `${'k'.repeat(150_000)}: 1\n`,
  'a huge key in quotes': `"${'k'.repeat(1000)}": 1\n`,
  'many keys': many(15_000, (i) => `k${i}: 1`),
  'more keys than that': many(24_000, (i) => `k${i}: 1`),
  'many unknown options': `name: p\nsteps: { a: { uses: train, with: {${many(15_000, (i) => `optoin${i}: 1,`)}} } }`,
  'many unknown needs': `name: p\nsteps:\n${many(400, (i) => `  step-number-${i}: { uses: run, with: { command: [x] } }`)}\n  z: { uses: run, needs: [${many(9000, (i) => `stpe-number-${i},`)}], with: { command: [x] } }`,
  'many wrong expressions': `name: p\nsteps: { a: { uses: run, with: { command: [${many(4000, (i) => `"\${{ inputs.i${i} }}",`)}] } } }`,
  'many expressions in one text': `name: p\nsteps: { a: { uses: run, with: { command: ["${'${{ inputs.x }}'.repeat(12_000)}"] } } }`,
  'thousands of steps': `name: p\nsteps:\n${many(4000, (i) => `  s${i}: { uses: run, needs: s${Math.max(0, i - 1)} }`)}`,
  'a chain of operators': `name: p\nsteps: { a: { uses: run, if: "${'1+'.repeat(90_000)}1 > 0", with: { command: [x] } } }`,
  'a chain of brackets': `name: p\nsteps: { a: { uses: run, if: "${'('.repeat(900)}", with: { command: [x] } } }`,
  'closing brackets': ']'.repeat(190_000),
  quotes: '"'.repeat(190_000),
  tags: '! '.repeat(90_000),
  anchors: '&a '.repeat(60_000),
  directives: many(60_000, () => '%x'),
  'a tag that makes objects': 'a: !!js/function "x"\n',
  'a tag of bytes': 'a: !!binary aGk=\n',
  'a NUL': 'name: p\u0000\n',
  'an escape character': 'name: \u001b[31mp\n',
  'bytes that are no UTF-8': new TextDecoder().decode(Uint8Array.from([0x6e, 0x61, 0x3a, 0x20, 0xff, 0xfe])),
  'UTF-16': new TextDecoder().decode(Uint8Array.from(Buffer.from(`\ufeff${sound}`, 'utf16le'))),
  'Latin-1': new TextDecoder().decode(Uint8Array.from(Buffer.from('name: p\ndescription: für\n', 'latin1'))),
  'a lone surrogate': 'name: "\\ud800"\n',
  'equal keys': 'a: 1\na: 2\n',
  __proto__: '__proto__: { polluted: true }\n',
  '__proto__ below': `${sound}inputs: { __proto__: { type: string } }\n`,
  'constructor.prototype': 'constructor: { prototype: { polluted: true } }\n',
  '__proto__ as a step': 'name: p\nsteps: { __proto__: { uses: run } }\n',
  'names of methods': 'name: p\nsteps: { hasOwnProperty: { uses: toString }, valueOf: 1 }\n',
  'numeric keys': '1: a\n2.5: b\n0x10: c\n',
  'keys of other types': 'true: 1\nnull: 2\n[a]: 3\n',
  'several documents': `${sound}---\n${sound}`,
  'not a number': 'name: p\nsteps: { a: { uses: train, with: { epochs: .nan, learning_rate: .inf } } }\n',
  'a list where each map belongs': 'name: [p]\ninputs: [a]\nsteps: [b]\n',
  'null everywhere': 'name:\ninputs:\nsteps:\n  a:\n  b: { uses: , with: , needs: , if: }\n',
};
for (const [what, text] of Object.entries(hostile)) {
  test(`hostile: ${what}`, () => {
    const start = performance.now();
    const said = told(text);
    assert.ok(performance.now() - start < 1000, `took ${Math.round(performance.now() - start)} ms`);
    assert.match(said, /^p\.yaml:\d+:\d+ \S/);
    assert.match(said, /problems? in p\.yaml; nothing was started\.\n$/);
    assert.doesNotMatch(said, /\n\s+at |\[object|undefined|NaN problems/);
    assert.ok(said.length < 60_000);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
}

test('a byte order mark, Windows line ends and no last line end are fine', () => {
  for (const text of [`\ufeff${sound}`, sound.replaceAll('\n', '\r\n'), sound.trimEnd()])
    assert.deepEqual(checkDocument(text).diagnostics, []);
});

test('brackets inside a script are no nesting', () => {
  const script = Array.from({ length: 60 }, () => 'if [ -f x ]; then echo "{"; fi').join('\n        ');
  const text = `name: p\nsteps:\n  a:\n    uses: run\n    with:\n      shell: bash\n      script: |\n        ${script}\n`;
  assert.deepEqual(checkDocument(text).diagnostics, []);
});
