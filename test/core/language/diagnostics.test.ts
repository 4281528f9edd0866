import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepKinds } from '../../../core/kinds/registry.ts';
import { jsonSchemaOf, keysAt, optionPaths } from '../../../core/language/check/schema-words.ts';
import { renderDiagnostics } from '../../../core/language/diagnostic.ts';
import { checkDocument } from '../../../core/language/plan/make-plan.ts';
import { didYouMean, foreignWords } from '../../../core/language/suggest.ts';

const told = (text: string) => renderDiagnostics(checkDocument(text).diagnostics, text, 'p.yaml');
const messages = (text: string) => checkDocument(text).diagnostics.map(({ message }) => message);
const show = (line: string, at: number, end: number) =>
  renderDiagnostics([{ code: 'BAD_VALUE', message: 'm', at, end }], line, 'p.yaml')
    .split('\n')
    .slice(0, 3);

test('a squiggle stands under its words when Chinese text comes before them', () => {
  assert.deepEqual(show('名称: 斑点噪声 x', 9, 10), [
    'p.yaml:1:10 m [BAD_VALUE]',
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

test('mistakes of every layer are told at once, in the order of the file', () => {
  const text = `nmae: p
inputs: { n: { type: nmber } }
steps:
  Bad: { uses: prepare, with: { source: 3 } }
  kind: { uses: trian, if: inputs.nn > 1 }
  last: { uses: run, needs: kid, with: { comand: [x] } }
`;
  assert.deepEqual(
    told(text)
      .match(/^p\.yaml:\d+:\d+ .*\]$/gm)
      ?.map((line) => line.replace(/^p\.yaml:(\d+).*\[(\w+)\]$/, '$1 $2')),
    [
      '1 UNKNOWN_KEY',
      '2 BAD_VALUE',
      '4 BAD_NAME',
      '4 BAD_VALUE',
      '5 UNKNOWN_KIND',
      '5 BAD_EXPRESSION',
      '6 UNKNOWN_STEP',
      '6 UNKNOWN_OPTION',
    ],
  );
});

test('one mistake makes no second message', () => {
  const once: readonly [string, string][] = [
    [
      'the output of a step whose kind is unknown',
      'steps: { a: { uses: trian }, b: { uses: merge, with: { base: ./b, adapter: "${{ steps.a.outputs.x }}" } } }',
    ],
    ['an option that is missing because it is misspelled', 'steps: { a: { uses: prepare, with: { sorce: ./x } } }'],
    ['an option that stands beside `with`', 'steps: { a: { uses: prepare, source: ./x } }'],
    ['a value that a broken expression would give', 'steps: { a: { uses: run, with: { command: ["${{ inputs.x"] } } }'],
    [
      'an input whose own type is wrong',
      'inputs: { n: { type: nmber } }\nsteps: { a: { uses: run, with: { command: [x], timeout_minutes: "${{ inputs.n }}" } } }',
    ],
    [
      'inputs under a misspelled key',
      'inptus: { n: {} }\nsteps: { a: { uses: run, with: { command: ["${{ inputs.n }}"] } } }',
    ],
    ['a command under a foreign word', 'steps: { a: { uses: run, with: { cmd: [x] } } }'],
    ['options that are no map', 'steps: { a: { uses: prepare, with: [source] } }'],
    [
      'a circle',
      'steps: { a: { uses: run, needs: b, with: { command: [x] } }, b: { uses: run, needs: a, with: { command: [x] } } }',
    ],
    ['an anchor used twice', 'steps: { a: { uses: run, with: &o { command: 3 } }, b: { uses: run, with: *o } }'],
  ];
  for (const [what, text] of once) {
    const lines = told(`name: p\n${text}\n`);
    const count = new Set(checkDocument(`name: p\n${text}\n`).diagnostics.map(({ at }) => at)).size;
    assert.equal(count, 1, `${what}:\n${lines}`);
  }
});

test('an option that is really missing is told, with all others that are', () => {
  assert.deepEqual(messages('name: p\nsteps: { a: { uses: train } }\n'), [
    'steps.a.with: train needs the options "base" and "dataset"',
  ]);
  assert.deepEqual(messages('name: p\nsteps: { train: { with: {} } }\n'), [
    'steps.train has no `uses`, the kind of the step; write `uses: train`',
  ]);
});

const slips: readonly [string, readonly string[], string | undefined][] = [
  ['trian', ['train', 'merge'], 'train'],
  ['epoch', ['epochs'], 'epochs'],
  ['EPOCHS', ['epochs'], 'epochs'],
  ['quantise', ['quantize'], 'quantize'],
  ['learning', ['learning_rate'], 'learning_rate'],
  ['alhpa', ['r', 'alpha'], 'alpha'],
  ['xyz', ['train', 'merge'], undefined],
  ['q', ['r'], undefined],
  ['x'.repeat(10_000), ['train'], undefined],
];
for (const [word, known, meant] of slips) {
  test(`"${word.slice(0, 20)}" ${meant ? `is taken for "${meant}"` : 'is taken for nothing'}`, () => {
    assert.equal(didYouMean(word, known), meant === undefined ? '' : `; did you mean "${meant}"?`);
  });
}

test('every word brought from elsewhere leads to an option or key that exists', () => {
  const keys = new Set([
    ...optionPaths(jsonSchemaOf('document')),
    ...keysAt(jsonSchemaOf('document'), ['steps', 'any']),
    'resources.gpu',
    ...stepKinds.flatMap((kind) => optionPaths(jsonSchemaOf(kind))),
  ]);
  for (const [word, ours] of Object.entries(foreignWords))
    for (const each of ours) assert.ok(keys.has(each.split(': ')[0]!), `${word} → ${each}`);
});
