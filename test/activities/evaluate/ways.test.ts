// needs: python, ollama
import assert from 'node:assert/strict';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluate } from '../../../activities/evaluate/evaluate.ts';
import type { Handle } from '../../../core/handles.ts';
import { carryOut, failureOf } from '../../rig/carry-out.ts';
import { both, type ExamRig, startExam } from '../../rig/exam.ts';
import { publishFolder } from '../../rig/test-models.ts';

let rig: ExamRig;
let { deps, proxy, questions, reportOf, answerOf, chats } = {} as ExamRig;
before(async () => {
  rig = await startExam();
  ({ deps, proxy, questions, reportOf, answerOf, chats } = rig);
});
after(async () => await rig.stop());

test('arms answer the same questions in other ways, with their price, and decide nothing', async () => {
  const row = (prompt: string, answer: string) => ({
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: answer },
    ],
  });
  const folder = join(deps.root, 'arm-rows');
  await mkdir(folder);
  const lines = [row('What color is snow?', 'White.'), row('What color is coal?', 'Black.')];
  await writeFile(join(folder, 'train.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await writeFile(join(folder, 'eval.jsonl'), '');
  const rows = await publishFolder(deps, folder, 'dataset', {});
  const turns = ['Hello', 'Hello.', 'What color is fresh snow?'];
  const messages = turns.map((content, at) => ({ role: at % 2 ? 'assistant' : 'user', content }));
  const prompts = await questions({ messages, reference: 'white' });
  const { outputs, summary } = await carryOut(evaluate(deps), {
    ...both,
    prompts,
    max_tokens: 64,
    arms: { plain: { system: 'Answer with one word.' }, with_rows: { model: 'after', rows, nearest: 1 } },
  });
  assert.match(summary, /, with_rows \d\.\d\d on 1 question/);
  const { report, page } = await reportOf(outputs.report as Handle);
  assert.deepEqual(
    report.arms?.map(({ name, model, nearest }) => [name, model, nearest]),
    [
      ['plain', 'before', undefined],
      ['with_rows', 'after', 1],
    ],
  );
  // Ollama tells no price of an answer that it ended since it repeated a token, as `before` may.
  const { cost } = report.arms![1]!;
  assert.ok(cost.seconds > 0 && cost.promptTokens > 0, JSON.stringify(cost));
  assert.ok(cost.promptTokens > report.costs!.after.promptTokens, 'the row stands before the question');
  assert.match(page, /\| user: Hello<br>assistant: Hello\.<br>What color is fresh snow\? \|/);
  assert.match(page, /\| with_rows: after with the nearest row \| \d\.\d{3} \|/);
});

test('an arm finds parts of documents, by their headings too, and says what it found, had no room for and cannot read', async () => {
  const folder = join(deps.root, 'thesis');
  await mkdir(folder);
  const long = 'Fresh snow is whiter than old snow, since its grains are small. '.repeat(60);
  const text = `# Snow\n\n${long}\n\n# Coal\n\nCoal is black.\n\n# References\n\n[1] Snow and ice.\n`;
  await writeFile(join(folder, 'notes.md'), text);
  await writeFile(join(folder, 'figure.png'), 'no document');
  const prompts = await questions(
    { prompt: 'What color is coal?', reference: 'black' },
    { prompt: 'Why is fresh snow white?', reference: 'small' },
    { prompt: 'Xylophone?', reference: 'x' },
  );
  const options = {
    ...{ ...both, prompts, max_tokens: 64 },
    arms: {
      rag: { model: 'after', documents: folder, nearest: 1, part_tokens: 60 },
      full: { model: 'after', documents: folder, nearest: 20, part_tokens: 900 },
    },
  };
  const { outputs, summary } = await carryOut(evaluate(deps), options);
  assert.match(summary, /, rag \d\.\d\d/);
  const { report, page } = await reportOf(outputs.report as Handle);
  const [rag, full] = report.arms!;
  assert.deepEqual(rag!.documents!.documents, ['notes.md']);
  assert.deepEqual(rag!.places, [['notes.md › Coal'], ['notes.md › Snow'], []]);
  assert.match(page, /\| rag: after with the nearest part of the documents \| \d\.\d{3} \|/);
  assert.match(page, /- rag found nothing for 1 of 3 questions/);
  // The context of the model has 1024 tokens. One part fits for the first question, and none for the second.
  const [coal, snow] = full!.answers;
  assert.deepEqual([coal!.end === 'too_long', snow!.end, snow!.tooLong!.context], [false, 'too_long', 1024]);
  assert.match(page, /too short for all that full found for 2 of 3 questions, .* \(1 at least\)/);
  assert.match(
    page,
    /- full has incomplete answers: 1 to a prompt longer than its context, of 3\. Its score leaves out/,
  );

  const changed = { files: { [folder]: { digest: `sha256:${'0'.repeat(64)}`, size: 1 } }, bases: {}, models: {} };
  const refused = await failureOf(carryOut(evaluate(deps), options, { pins: changed }));
  assert.equal(refused.type, 'INPUT_CHANGED');
  assert.match(refused.message, /thesis changed after the run began/);
});

test('general questions are asked of both models where the document limits what may be forgotten', async () => {
  const prompts = await questions({ prompt: 'snow', reference: 'white' });
  const start = proxy.calls.length;
  const { outputs, summary } = await carryOut(evaluate(deps), { ...both, prompts, max_forgetting: 0.1, max_tokens: 2 });
  assert.equal(chats(start), 2 + 2 * 100);
  assert.match(summary, /; general questions \d\.\d\d → \d\.\d\d \(/);
  const { report, page } = await reportOf(outputs.report as Handle);
  assert.equal(report.general?.questions, 100);
  assert.match(page, /of 100 general questions answered rightly before/);
});

test('several metrics make a score by their weights, and an incomplete answer leaves it open', async () => {
  const prompt = 'What color is snow?';
  const said = await answerOf('sound', prompt);
  const rows = [
    { prompt, reference: ['never this', said], pattern: '.' },
    {
      messages: [
        { role: 'user', content: prompt },
        ...[said, 'nor this'].map((content) => ({ role: 'assistant', content })),
      ],
      pattern: '(?i)zzz',
    },
  ];
  const prompts = await questions(...rows);
  const options = { ...both, prompts, score: { exact: 3, regex: 1 } };
  const { outputs, summary } = await carryOut(evaluate(deps), options);
  const { report, page } = await reportOf(outputs.report as Handle);
  assert.equal(report.metric, '0.75 exact + 0.25 regex');
  assert.deepEqual(report.weights, { exact: 0.75, regex: 0.25 });
  assert.deepEqual(report.questions[0]!.other_references, [said]);
  assert.match(page, /\| never this \/ /);
  assert.match(page, /\| 0\.75 exact \+ 0\.25 regex \(the score\) \|/);
  assert.match(summary, /0\.75 exact \+ 0\.25 regex/);
  const [first, second] = report.questions.map(({ after: answer }) => answer.scores![report.metric]);
  assert.deepEqual([first, second], [1, 0.75]);
  // Answers of the other model are cut at six tokens.
  const range = report.before.ranges![report.metric]!;
  assert.ok(range[0] < range[1], JSON.stringify(range));
});

test('answers are read as JSON by a schema, and for their numbers', async () => {
  const prompts = await questions(
    { prompt: 'Say a number.', reference: '1,200' },
    { prompt: 'Another?', reference: '7' },
  );
  const options = { ...both, prompts, metric: 'json', schema: { type: 'number' } };
  const { outputs } = await carryOut(evaluate(deps), options);
  const { report, page } = await reportOf(outputs.report as Handle);
  assert.equal(report.metric, 'json');
  assert.equal(outputs.score, 0);
  assert.match(page, /\| json \(the score\) \| 0\.000/);
  assert.match(page, /\| number \|/);
  assert.deepEqual([report.style!.reference!.characters, report.style!.after!.answers], [3, 2]);
  assert.match(page, /\| characters, median \| 3 \| \d+ \| \d+ \|/);
});

test('a question without what a metric needs, and a pattern that is none, are named with their line', async () => {
  const prompts = await questions({ prompt: 'one', reference: 'x 1', pattern: 'a' }, { prompt: 'two', reference: 'x' });
  const told = async (over: object) => await failureOf(carryOut(evaluate(deps), { ...both, prompts, ...over }));
  assert.match(
    (await told({ metric: 'regex' })).message,
    /^1 of 2 questions without a `pattern`:\n {2}questions-\d+\.jsonl:2: "two"/,
  );
  assert.match((await told({ metric: 'number' })).message, /without a number in the reference answer:\n.*:2: "two"/);
  const bad = await told({ prompts: await questions({ prompt: 'one', pattern: '(' }), metric: 'regex' });
  assert.equal(bad.type, 'BAD_DATA');
  assert.match(bad.message, /questions-\d+\.jsonl:1: its `pattern` is no pattern of RE2: .*missing closing \)/);
});

test('several answers to a question are drawn by seeds that follow each other, and their mean is its score', async () => {
  const prompt = 'What color is snow?';
  const prompts = await questions({ prompt, reference: 'white' }, { prompt: 'And coal?', reference: 'black' });
  const options = { ...both, prompts, samples: 3, temperature: 1.5, seed: 7 };
  const start = proxy.calls.length;
  const { outputs } = await carryOut(evaluate(deps), options);
  assert.equal(chats(start), 2 * 2 * 3);
  const { report, page } = await reportOf(outputs.report as Handle);
  for (const { after: answer } of report.questions) assert.equal(answer.samples!.length, 2);
  assert.match(page, /- 3 drawn answers to each question: temperature 1\.5, repeat_penalty 1, seeds 7 to 9;/);
  assert.match(page, /\| spread of answers to one question \| \d\.\d{3} \| \d\.\d{3} \|/);
  const again = await carryOut(evaluate(deps), options, { reuse: false });
  const { report: second } = await reportOf(again.outputs.report as Handle);
  assert.deepEqual(second.questions, report.questions);
});

test('tasks of lm-evaluation-harness are asked of both models, without secrets and beside the files of the tasks', async () => {
  const prompts = await questions({ prompt: 'snow', reference: 'white' });
  const tasks = join(deps.root, 'tasks');
  await mkdir(tasks);
  await writeFile(join(tasks, 'places.yaml'), 'task: places\n');
  const options = { ...both, prompts, max_tokens: 2 };
  const harness = { tasks: ['places'], limit: 3, include_path: tasks };
  await withLmEval(lmEvalStandIn, async () => {
    const { outputs, summary } = await carryOut(evaluate(deps), { ...options, harness }, { runId: harnessRun });
    assert.match(
      summary,
      /; lm-evaluation-harness: places exact_match \(strict\) 0\.33 ± 0\.00 → 0\.67 ± 0\.00, places exact/,
    );
    const { report, page } = await reportOf(outputs.report as Handle);
    assert.deepEqual(
      [report.harness?.version, report.harness?.limit, report.harness?.metrics.length],
      ['0.4.13', 3, 2],
    );
    assert.match(page, /\| places \| exact_match \(strict\) \| 3 \| 0\.333 ± 0\.000 \| 0\.667 ± 0\.000 \|/);
    const log = await readFile(join(deps.runs, harnessRun, 'steps', 'step', 'log.txt'), 'utf8');
    const [, cwd, names] = /asked by (\S+) with (.*)/.exec(log)!;
    assert.equal(cwd, await realpath(tasks));
    assert.doesNotMatch(names!, /TOKEN|API_KEY|SECRET/);

    const refused = await failureOf(carryOut(evaluate(deps), { ...options, harness: { tasks: ['choices'] } }));
    assert.equal(refused.type, 'HARNESS_FAILED');
    assert.match(refused.message, /exited with code 1:\nNotImplementedError: Loglikelihood is not supported/s);
  });
  await withLmEval('/nowhere/lm_eval', async () => {
    const absent = await failureOf(carryOut(evaluate(deps), { ...options, harness }));
    assert.equal(absent.type, 'TOOL_MISSING');
    assert.match(absent.message, /TEMPER_LM_EVAL names \/nowhere\/lm_eval/);
  });
});

const harnessRun = 'test-20260101-000000-harn';
const lmEvalStandIn = fileURLToPath(new URL('../../rig/lm-eval-stand-in.mjs', import.meta.url));

async function withLmEval(program: string, work: () => Promise<void>): Promise<void> {
  const { TEMPER_LM_EVAL, OPENAI_API_KEY } = process.env;
  Object.assign(process.env, { TEMPER_LM_EVAL: program, OPENAI_API_KEY: 'sk-of-a-person' });
  try {
    await work();
  } finally {
    for (const [name, value] of Object.entries({ TEMPER_LM_EVAL, OPENAI_API_KEY }))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}
