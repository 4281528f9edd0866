import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepKinds } from '../../../core/kinds/registry.ts';
import { checkDocument } from '../../../core/language/check/document.ts';
import { jsonSchemaOf, keysAt, optionPaths } from '../../../core/language/check/json-schema.ts';
import { foreignWords } from '../../../core/language/foreign/words.ts';
import { nearest, suggest } from '../../../core/language/spelling/suggest.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';
import { inOneLine } from '../../../core/words/diagnostics/said.ts';

const problemsOf = (text: string) => checkDocument(text).diagnostics;
const messages = (text: string) => problemsOf(text).map((each) => inOneLine(describeProblem(each)));

test('mistakes of every layer are told at once, in the order of the file', () => {
  const text = `nmae: p
inputs: { n: { type: nmber } }
steps:
  Bad: { uses: prepare, with: { source: 3 } }
  kind: { uses: trian, if: inputs.nn > 1 }
  last: { uses: run, needs: kid, with: { comand: [x] } }
`;
  const found = problemsOf(text)
    .sort((a, b) => a.at - b.at)
    .map(({ code, at }) => `${text.slice(0, at).split('\n').length} ${code}`);
  assert.deepEqual(found, [
    '1 UNKNOWN_KEY',
    '2 BAD_VALUE',
    '4 BAD_NAME',
    '4 BAD_VALUE',
    '5 UNKNOWN_KIND',
    '5 BAD_EXPRESSION',
    '6 UNKNOWN_STEP',
    '6 UNKNOWN_OPTION',
  ]);
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
    const found = problemsOf(`name: p\n${text}\n`);
    assert.equal(new Set(found.map(({ at }) => at)).size, 1, `${what}: ${JSON.stringify(found)}`);
  }
});

test('an option that is really missing is told, with all others that are', () => {
  assert.deepEqual(messages('name: p\nsteps: { a: { uses: train } }\n'), [
    'steps.a.with: train needs the options "base" and "dataset"',
  ]);
  assert.deepEqual(messages('name: p\nsteps: { train: { with: {} } }\n'), [
    'steps.train: has no `uses`, the kind of the step; write `uses: train`',
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
    assert.equal(nearest(word, known), meant);
    assert.deepEqual(suggest(word, known), meant === undefined ? { known } : { meant });
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
