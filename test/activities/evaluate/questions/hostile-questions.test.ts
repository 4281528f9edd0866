import assert from 'node:assert/strict';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readQuestions } from '../../../../activities/evaluate/questions/questions.ts';
import type { TrainerContext } from '../../../../activities/process/run-trainer.ts';
import { TemperError } from '../../../../core/errors/temper-error.ts';
import { makeDeps } from '../../../rig/deps.ts';

let folder: string;
let file: string;
let context: TrainerContext;
before(async () => {
  const deps = await makeDeps();
  folder = deps.root;
  context = { deps, folder, logFile: join(folder, 'log.txt'), signal: new AbortController().signal };
  file = join(folder, 'q.jsonl');
});
after(() => rm(folder, { recursive: true, force: true }));

/** Lines as they stand in the file, byte for byte. */
const lines: readonly [string, string, RegExp][] = [
  ['bytes that are no UTF-8', '{"prompt": "\xff"}', /q\.jsonl:2: is not UTF-8/],
  ['a NUL', '{"prompt": "a\\u0000b"}', /q\.jsonl:2: "prompt" holds a NUL character/],
  ['a raw NUL', '{"prompt": "a\0b"}', /q\.jsonl:2: is not JSON/],
  ['half of a character', '{"prompt": "\\ud83d"}', /q\.jsonl:2: "prompt" holds half of a character/],
  [
    'half of a character in a reference',
    '{"prompt": "a", "reference": "\\udc00"}',
    /:2: "reference" holds half of a character/,
  ],
  [
    'half of a character in a message',
    '{"messages": [{"role": "user", "content": "\\ud83d"}]}',
    /:2: the user's message holds half of a/,
  ],
  ['NaN', '{"prompt": NaN}', /q\.jsonl:2: holds NaN, which is not JSON/],
  ['an array', '["a"]', /q\.jsonl:2: is a list, not an object/],
  ['null', 'null', /q\.jsonl:2: is null, not an object/],
  ['a number for a prompt', '{"prompt": 5}', /q\.jsonl:2: "prompt" is a number, not text/],
  ['an empty prompt', '{"prompt": " "}', /q\.jsonl:2: "prompt" is empty/],
  ['a number among its references', '{"prompt": "a", "reference": ["b", 7]}', /:2: "reference" is a list, not text/],
  ['the prototype for a prompt', '{"__proto__": {"prompt": "a"}}', /:2: has none of "prompt"/],
  ['a cut off line', '{"prompt": "a', /q\.jsonl:2: is not JSON/],
  ['very deep nesting', `{"prompt": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /:2: is nested too deeply/],
  ['nesting that is not closed', '['.repeat(100_000), /q\.jsonl:2: is (?:not JSON|nested too deeply)/],
  ['a line of 30 MB that is no JSON', 'x'.repeat(30_000_000), /q\.jsonl:2: is longer than 8 MB/],
  ['messages that are not objects', '{"messages": [null]}', /:2: has a message that is null/],
];
for (const [what, line, says] of lines) {
  test(`a question with ${what} is named by file and line`, async () => {
    await writeFile(file, Buffer.from(`{"prompt": "sound"}\n${line}\n`, 'latin1'));
    const failure = await readQuestions(context, file).then(
      () => assert.fail('it was taken'),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof TemperError && failure.code === 'BAD_DATA', String(failure));
    assert.match(failure.message, says);
    assert.ok(failure.message.length < 1000);
  });
}

test('a file that is too large for questions is not read at all', async () => {
  await writeFile(file, '');
  await truncate(file, 20_000_000_000);
  await assert.rejects(readQuestions(context, file), /has 20000 MB\. A file of questions may have 64 MB\./);
});

test('a byte order mark, Windows line ends and a genuine replacement character are valid', async () => {
  await writeFile(file, '\ufeff{"prompt": "a\ufffd"}\r\n\r\n{"prompt": "b"}');
  const questions = await readQuestions(context, file);
  assert.deepEqual(
    questions.map(({ messages }) => messages[0]!.content),
    ['a\ufffd', 'b'],
  );
});
