// needs: nothing
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { type Asking, ask } from '../../../cli/commands/begin/questions.ts';

const questions: Asking[] = [
  {
    question: 'Which base?',
    usual: 'a:1',
    choices: [
      { value: 'a:1', label: 'a' },
      { value: 'b:2', label: 'b' },
    ],
  },
  {
    question: 'Which name?',
    usual: 'my-model',
    problem: (name) => (/^[a-z-]+$/.test(name) ? undefined : 'small letters'),
  },
];

/** Types each line when the terminal asks for it, then ends the input. */
async function answers(...lines: string[]): Promise<{ given: string[]; shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const left = [...lines];
  let shown = '';
  output.on('data', (text: Buffer) => {
    shown += String(text);
    if (!shown.endsWith('> ')) return;
    const line = left.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  return { given: await ask(questions, { input, output }), shown };
}

test('Enter takes what is proposed, a number one of the choices, a text itself', async () => {
  assert.deepEqual((await answers('', '')).given, ['a:1', 'my-model']);
  assert.deepEqual((await answers('2', 'parrot')).given, ['b:2', 'parrot']);
  assert.deepEqual((await answers('c:3', '')).given, ['c:3', 'my-model']);
});

test('an answer that cannot be is asked again with the reason', async () => {
  const { given, shown } = await answers('1', 'My Model', 'mine');
  assert.deepEqual(given, ['a:1', 'mine']);
  assert.match(shown, /small letters\n> /);
});

test('where the input ends, what is proposed is taken', async () => {
  assert.deepEqual((await answers('2')).given, ['b:2', 'my-model']);
});
