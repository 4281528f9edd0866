import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, fillOptions, fillTemplate } from '../../../core/language/expression/evaluate.ts';
import { ExpressionError, parseExpression } from '../../../core/language/expression/parse.ts';
import { typeOf } from '../../../core/language/expression/type-of.ts';
import { outlineOf } from '../../../core/language/outline.ts';

const handle = { uri: 'ollama:my-model:candidate', digest: 'sha256:1', size: 1, kind: 'ollama' };
const scope = {
  inputs: { rank: 8, name: 'sar', fast: true },
  steps: {
    verdict: { outputs: { score: 0.6, baseline: 0.4, verdict: 'better' } },
    model: { outputs: { model: handle } },
  },
  run: { id: 'r1', pipeline: 'p' },
};

const values: readonly [string, unknown][] = [
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 4 - 3', 3],
  ['-inputs.rank + 10', 2],
  ['1e-4 * 10', 1e-3],
  ["'it''s'", "it's"],
  ["'a' + 'b'", 'ab'],
  ["'a' < 'b'", true],
  ['inputs.rank == 8 && inputs.fast', true],
  ['false && missing.name', false],
  ['true || missing.name', true],
  ['true || false && false', true],
  ['!inputs.fast || inputs.rank >= 8', true],
  ['null == null', true],
  ['steps.verdict.outputs.score > steps.verdict.outputs.baseline', true],
  ['steps.model.outputs.model', handle],
  ['steps.model.outputs.model == steps.model.outputs.model', true],
  ["contains(inputs.name, 'ar')", true],
  ["starts_with('abc', 'b') || ends_with('abc', 'bc')", true],
  ['max(min(3, 5), round(1.6))', 3],
  ["'r' + text(inputs.rank)", 'r8'],
  ['run.id', 'r1'],
];
for (const [text, expected] of values) {
  test(`${text} is ${JSON.stringify(expected)}`, () =>
    assert.deepEqual(evaluate(parseExpression(text), scope), expected));
}

const mistakes: readonly [string, RegExp][] = [
  ['1 +', /expected a value, found the end of the expression/],
  ['(1', /expected `\)`/],
  ['1 2', /unexpected `2`/],
  ['a and b', /write `&&`/],
  ['a __proto__ b', /unexpected `__proto__`$/],
  ['"x"', /write 'text'/],
  ["'x", /no closing quote/],
  ['a = b', /did you mean `==`/],
  ['a[0]', /unexpected character "\["/],
  ['1 / 0', /division by zero/],
  ['inputs.nothing', /`inputs.nothing` has no value/],
  ['inputs.__proto__', /has no value/],
  ['inputs.constructor', /has no value/],
  ['inputs.name && true', /expected true or false, got text/],
  ['inputs.name * 2', /expected a number, got text/],
  ['eval(inputs.name)', /unknown function `eval`/],
  ['toString(inputs.name)', /unknown function/],
  [`${'('.repeat(100)}1${')'.repeat(100)}`, /nested deeper than 64/],
  [`${'!'.repeat(100)}true`, /nested deeper than 64/],
  [Array(2000).fill('1').join('+'), /more than 2000 characters/],
];
for (const [text, message] of mistakes) {
  test(`${text.slice(0, 40)} is refused: ${message.source}`, () => {
    assert.throws(
      () => evaluate(parseExpression(text), scope),
      (error) => error instanceof ExpressionError && message.test(error.message) && error.end > error.at,
    );
  });
}

test('an expression alone keeps its type, one inside text becomes text', () => {
  assert.equal(fillTemplate('${{ inputs.rank }}', scope), 8);
  assert.equal(fillTemplate('r${{ inputs.rank }}-${{ inputs.name }}', scope), 'r8-sar');
  assert.equal(fillTemplate('ask ${{ steps.model.outputs.model }}', scope), 'ask my-model:candidate');
});

test('`}}` in a quoted text does not end an expression', () => {
  assert.equal(fillTemplate("${{ 'a}}b' }}", scope), 'a}}b');
});

test('$${{ stands for ${{, and Jinja and shell braces are left alone', () => {
  assert.equal(fillTemplate('$${{ x }} ${{ inputs.rank }}', scope), '${{ x }} 8');
  assert.equal(fillTemplate('{{ .Prompt }} ${HOME}', scope), '{{ .Prompt }} ${HOME}');
});

test('what a value brings is never taken for an expression when options are filled a second time', () => {
  const options = { a: '${{ inputs.text }}', b: '$${{ literal }}', c: '${{ steps.s.outputs.o }}' };
  const planned = fillOptions(options, { inputs: { text: '${{ secrets.HF_TOKEN }}' } }, ['steps'], { again: true });
  const filled = fillOptions(planned, { steps: { s: { outputs: { o: 1 } } } });
  assert.deepEqual(filled, { a: '${{ secrets.HF_TOKEN }}', b: '${{ literal }}', c: 1 });
});

const outline = outlineOf({
  inputs: { rank: { type: 'number' }, name: {}, broken: 3, file: { type: 'path' } },
  steps: {
    data: { uses: 'prepare', with: { source: 'x' } },
    verdict: { uses: 'evaluate', with: {} },
    silent: { uses: 'evaluate', with: { metric: 'none' } },
    strange: { uses: 'trian' },
    make: { uses: 'run', with: { outputs: { model: { path: 'm', type: 'model' }, odd: { type: 'no' } } } },
  },
});
const types: readonly [string, string][] = [
  ['inputs.rank * 2', 'number'],
  ['inputs.name', 'string'],
  ['inputs.file', 'string'],
  ['inputs.broken', 'unknown'],
  ['inputs.broken + 1', 'unknown'],
  ['inputs.broken > 1', 'boolean'],
  ['steps.data.outputs.dataset', 'dataset'],
  ['steps.data.outputs.rows > 10', 'boolean'],
  ['steps.verdict.outputs.report', 'report'],
  ['steps.strange.outputs.anything', 'unknown'],
  ['steps.make.outputs.model', 'model'],
  ['steps.make.outputs.odd', 'unknown'],
  ['inputs.name == null', 'boolean'],
  ['run.pipeline', 'string'],
];
for (const [text, type] of types) {
  test(`${text} has the type ${type}`, () => assert.equal(typeOf(parseExpression(text), outline), type));
}

const untyped: readonly [string, RegExp][] = [
  ['inputs.rnak', /unknown input "rnak"; did you mean "rank"/],
  ['input.rank', /unknown context "input"; did you mean "inputs"/],
  ['data.outputs.rows', /"data" is a step, not a context; write `steps.data.outputs.<name>`/],
  ['rank', /"rank" is an input, not a context; write `inputs.rank`/],
  ['steps.dta.outputs.rows', /unknown step "dta"; did you mean "data"/],
  ['steps.data.outputs.row', /did you mean "rows"/],
  ['steps.data.rows', /an output is written `steps.data.outputs.<name>`/],
  ['steps.data.outputs.rows.more', /an output is written `steps.data.outputs.<name>`/],
  ['steps.silent.outputs.score', /no output "score", because it has `metric: none`/],
  ['inputs.rank == inputs.name', /a number never equals text/],
  ['inputs.rank + inputs.name', /expected a number, got text/],
  ["contains(inputs.rank, 'x')", /expected text, got a number/],
  ['max(1)', /takes 2 arguments, got 1/],
  ['maximum(1, 2)', /unknown function `maximum`; functions: /],
  ['secrets.token', /upper-case/],
  ['inputs.hasOwnProperty', /unknown input/],
];
for (const [text, message] of untyped) {
  test(`${text} is a mistake of the document: ${message.source}`, () => {
    assert.throws(() => typeOf(parseExpression(text), outline), message);
  });
}
