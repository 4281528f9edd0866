import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProblems } from '../../../../cli/view/diagnostics/render-problems.ts';
import { makePlan } from '../../../../core/language/plan/make-plan.ts';
import { argument, options, refused, rules, sound, step, training } from './hostile-document.ts';

refused([
  [
    'not a number',
    training('base: a/b, epochs: .nan'),
    '4:91 steps.t.with.epochs: must be a number, got NaN',
    'BAD_VALUE',
  ],
  [
    'infinity',
    training('base: a/b, learning_rate: .inf'),
    '4:98 steps.t.with.learning_rate: must be a number, got Infinity',
    'BAD_VALUE',
  ],
  [
    'minus infinity',
    training('base: a/b, lora: { dropout: -.inf }'),
    '4:100 steps.t.with.lora.dropout: must be a number, got -Infinity',
    'BAD_VALUE',
  ],
  [
    'negative steps',
    training('base: a/b, max_steps: -1'),
    '4:94 steps.t.with.max_steps: must be greater than 0, got -1',
    'BAD_VALUE',
  ],
  [
    'no steps at all',
    training('base: a/b, max_steps: 0'),
    '4:94 steps.t.with.max_steps: must be greater than 0, got 0',
    'BAD_VALUE',
  ],
  [
    'half a step',
    training('base: a/b, checkpoint: { every_steps: 0.5 }'),
    '4:110 steps.t.with.checkpoint.every_steps: must be a whole number, got 0.5',
    'BAD_VALUE',
  ],
  [
    'a number that is not exact any more',
    training('base: a/b, seed: 9007199254740993'),
    '4:89 steps.t.with.seed: must be at most 9007199254740991, got 9007199254740992',
    'BAD_VALUE',
  ],
  [
    'a number in quotes',
    training('base: a/b, epochs: "1"'),
    '4:91 steps.t.with.epochs: must be a number, got "1"',
    'BAD_VALUE',
  ],
  ['a step that waits for itself', step('needs: a, with: { command: [x] }'), '2:10 step "a" waits for itself', 'CYCLE'],
  [
    'two steps that wait for each other',
    'name: p\nsteps: { a: { uses: run, needs: b, with: { command: [x] } }, b: { uses: run, needs: a, with: { command: [x] } } }\n',
    '2:10 these steps wait for each other: a → b → a',
    'CYCLE',
  ],
  [
    'a list where each map belongs',
    'name: [p]\ninputs: [a]\nsteps: [b]\n',
    '1:7 name: must be text, got a list',
    'BAD_VALUE',
  ],
  [
    'null everywhere',
    'name:\ninputs:\nsteps:\n  a:\n  b: { uses: , with: , needs: , if: }\n',
    '1:1 name: must be text, but it is empty',
    'BAD_VALUE',
  ],
]);

/** What looks hostile and is not: names of methods are plain names where names are free. */
const harmless: readonly [string, string][] = [
  [
    'one step written by an alias of another',
    'name: p\nsteps: { a: &a { uses: run, with: { command: [x] } }, b: *a }\n',
  ],
  ['a step named like a method', 'name: p\nsteps: { valueof: { uses: run, with: { command: [x] } } }\n'],
  ['environment variables named like methods', options('env: { toString: "1", hasOwnProperty: "2" }')],
  ['inputs of a command named like methods', options('inputs: { toString: ./x, valueOf: ./y }')],
  ['an escape character that is written as an escape', argument('\\e[31m')],
  ['an expression that is meant as text', argument('$${{ inputs.x }}')],
];
for (const [what, text] of harmless)
  test(`taken as it stands: ${what}`, () => assert.equal(renderProblems(makePlan(text, '/p', {}, rules), 'p'), ''));

test('an input given by the name of a method is no input', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const { plan, inputProblems } = makePlan(sound, '/doc/p.yaml', Object.fromEntries([[name, 'x']]), rules);
    assert.deepEqual(
      [plan, inputProblems],
      [undefined, [{ reason: 'unknown-input', facts: { input: name, known: [] } }]],
    );
  }
});
