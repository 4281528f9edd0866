// needs: python, ollama
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { evaluate } from '../../../activities/evaluate/evaluate.ts';
import { normaliseQuestion } from '../../../activities/evaluate/questions/trained-questions.ts';
import type { Handle } from '../../../core/handles.ts';
import { writeServed } from '../../../services/ollama/served-models.ts';
import { carryOut, failureOf } from '../../rig/carry-out.ts';
import { both, type ExamRig, startExam } from '../../rig/exam.ts';

let rig: ExamRig;
let { deps, ollama, proxy, questions, reportOf, answerOf, chats } = {} as ExamRig;
before(async () => {
  rig = await startExam();
  ({ deps, ollama, proxy, questions, reportOf, answerOf, chats } = rig);
});
after(async () => await rig.stop());

test('both models answer the same questions greedily, and the one closer to the references scores higher', async () => {
  const asked = { prompt: 'What color is snow?' };
  // What the model says when it is asked directly is the reference, so the score must be full.
  const { message } = await ollama.server.chat({
    model: 'sound',
    messages: [{ role: 'user', content: asked.prompt }],
    options: { temperature: 0, repeat_penalty: 1, num_predict: 6 },
  });
  const prompts = await questions({ ...asked, reference: message.content }, '', {
    instruction: 'Add:',
    input: '7 and 8',
    output: message.content,
  });
  const { outputs, summary } = await carryOut(evaluate(deps), { ...both, prompts, metric: 'exact' });
  const { report, page } = await reportOf(outputs.report as Handle);
  assert.equal(report.questions[0]!.after.text, message.content);
  assert.equal(report.questions[1]!.question, 'Add:\n\n7 and 8');
  assert.equal(report.questions[0]!.after.scores!.exact, 1);
  assert.equal(outputs.questions, 2);
  assert.equal(outputs.gain, Number(outputs.score) - Number(outputs.baseline));
  assert.ok(Number(outputs.score) > Number(outputs.baseline));
  assert.match(summary, /^after [01]\.\d\d exact, before 0\.00 \(\+[01]\.\d\d\) on 2 questions$/);
  assert.equal(outputs.verdict, summary);
  assert.match(page, /\| 1 \| What color is snow\? \|/);
  assert.match(page, /\| chrf \| 0\.\d{3}–0\.\d{3} \|/, 'answers cut at six tokens leave this score open');
});

test('each model is loaded once: all questions to one, then all to the other', async () => {
  const start = proxy.calls.length;
  const prompts = await questions({ prompt: 'one' }, { prompt: 'two' }, { prompt: 'three' });
  await carryOut(evaluate(deps), { ...both, prompts, metric: 'none' });
  const calls = proxy.calls.slice(start).filter((call) => /chat|generate/.test(call));
  const [chat, unload] = ['POST /api/chat', 'POST /api/generate'];
  assert.deepEqual(calls, [chat, chat, chat, unload, chat, chat, chat, unload]);
  assert.deepEqual(await ollama.server.loaded(), []);
});

test('without references there is a report and no score', async () => {
  const prompts = await questions({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello | <b>\nthere' },
    ],
  });
  const { outputs } = await carryOut(evaluate(deps), { ...both, prompts, metric: 'none' });
  assert.deepEqual(Object.keys(outputs).sort(), ['questions', 'report', 'verdict']);
  assert.match((await reportOf(outputs.report as Handle)).page, /\| 1 \| Hello \\\| &lt;b><br>there \|/);
});

test('with a metric, a question without a reference is an error with its file and line', async () => {
  const prompts = await questions({ prompt: 'with', reference: 'x' }, { prompt: 'without' });
  const failure = await failureOf(carryOut(evaluate(deps), { ...both, prompts }));
  assert.equal(failure.type, 'NO_REFERENCE');
  assert.match(failure.message, /questions-\d+\.jsonl:2: "without"/);
});

test('every line that cannot be used is named with its reason, and no model is asked', async () => {
  const start = proxy.calls.length;
  const prompts = await questions(
    { prompt: 'good' },
    '{"prompt": ',
    { text: 'x' },
    { prompt: 7 },
    { messages: [{ role: 'assistant', content: 'a' }] },
  );
  const failure = await failureOf(carryOut(evaluate(deps), { ...both, prompts }));
  assert.equal(failure.type, 'BAD_DATA');
  for (const pattern of [
    /:2: is not JSON/,
    /:3: has none of "prompt".*it has: text/,
    /:4: "prompt" is a number, not text/,
    /:5: has no question before/,
  ])
    assert.match(failure.message, pattern);
  assert.deepEqual(
    proxy.calls.slice(start).filter((call) => call.startsWith('POST')),
    [],
  );
});

test('the model in production is asked the same questions, and the candidate must beat it too', async () => {
  await ollama.server.copy('swapped', 'serving:latest');
  const prompt = 'What color is snow?';
  const [good, bad] = [await answerOf('sound', prompt), await answerOf('swapped', prompt)];
  assert.notEqual(good, bad);
  const better = {
    ...both,
    production: 'serving',
    prompts: await questions({ prompt, reference: good }),
    metric: 'exact',
  };
  const start = proxy.calls.length;
  const { outputs, summary } = await carryOut(evaluate(deps), better);
  assert.equal(chats(start), 2, 'production is the model before, so it is asked once for both');
  assert.deepEqual([outputs.score, outputs.production, outputs.better], [1, 0, true]);
  assert.equal(summary, 'after 1.00 exact, before 0.00 (+1.00), production 0.00 (+1.00) on 1 question: better');
  const { report, page } = await reportOf(outputs.report as Handle);
  assert.deepEqual([report.production?.name, report.questions[0]!.production?.text], ['serving', bad]);
  assert.match(
    page,
    /\| # \| question \| reference \| before \| production \| after \| exact before → production → after \|/,
  );

  const tied = { ...better, before: 'swapped', after: 'swapped', production: 'sound' };
  const worse = await carryOut(evaluate(deps), tied);
  assert.deepEqual([worse.outputs.production, worse.outputs.better], [1, false]);
  assert.match(worse.summary, /production 1\.00 \(−1\.00\) on 1 question: not better$/);
});

test('a higher mean on few questions is not proven better, and a plan stored before that rule keeps its own', async () => {
  const prompt = 'What color is snow?';
  const prompts = await questions({ prompt, reference: await answerOf('sound', prompt) });
  const stored = { ...both, prompts, metric: 'exact' };
  const now = await carryOut(evaluate(deps), { ...stored, better: 'interval' });
  assert.deepEqual([now.outputs.gain, now.outputs.gain_low, now.outputs.better], [1, null, false]);
  assert.match(now.summary, /: not proven better: 1 question is too few to tell$/);
  assert.equal((await carryOut(evaluate(deps), stored)).outputs.better, true);
});

test('if nothing is served yet, the verdict says so and compares only before and after', async () => {
  const prompts = await questions({ prompt: 'snow', reference: 'white' });
  const { outputs, summary } = await carryOut(evaluate(deps), { ...both, production: 'nothing-yet:latest', prompts });
  assert.equal(outputs.production, null);
  assert.equal(typeof outputs.better, 'boolean');
  assert.match(summary, /; nothing is served as nothing-yet:latest yet: (?:not )?better$/);
});

test('the night after a promotion asks no model: the result with the candidate in production is cached', async () => {
  await ollama.server.copy('swapped', 'tonight:latest');
  const prompt = 'What color is snow?';
  const prompts = await questions({ prompt, reference: await answerOf('sound', prompt) });
  const options = { ...both, production: 'tonight:latest', prompts, min_improvement: 0.1 };
  const first = await carryOut(evaluate(deps), options);
  assert.equal(first.outputs.better, true);
  await ollama.server.copy('sound', 'tonight:latest');
  const start = proxy.calls.length;
  const { outputs, summary, reusedFrom } = await carryOut(evaluate(deps), options);
  assert.equal(chats(start), 0);
  assert.match(String(reusedFrom), /^test-/);
  assert.deepEqual(
    [outputs.better, outputs.score, outputs.production],
    [false, first.outputs.score, first.outputs.score],
  );
  assert.match(summary, /; it is already in production, as tonight:latest$/);
  // Without the cache the result is the same.
  const asked = await carryOut(evaluate(deps), options, { reuse: false });
  assert.equal(chats(start), 2);
  assert.deepEqual([asked.summary, asked.outputs], [summary, outputs]);
  // Another model in production has another result.
  await ollama.server.copy('swapped', 'tonight:latest');
  assert.equal((await carryOut(evaluate(deps), options)).summary, first.summary);
});

/** The first answer of `before`, as a model gives it that Ollama will not produce on demand. */
async function withFirstAnswer(answer: object, work: () => Promise<void>): Promise<void> {
  const start = proxy.calls.length;
  proxy.decide = (call) =>
    call === 'POST /api/chat' && chats(start) === 1
      ? { status: 200, body: JSON.stringify({ model: 'any', done: true, ...answer }) }
      : 'pass';
  await work().finally(() => {
    proxy.decide = () => 'pass';
  });
}

test('a rival that does not stop thinking has no score, and the candidate is not better than it', async () => {
  const prompt = 'What color is snow?';
  const prompts = await questions({ prompt, reference: await answerOf('sound', prompt) });
  const thinking = {
    message: { role: 'assistant', content: '', thinking: 'Let me see …' },
    done_reason: 'length',
    eval_count: 6,
  };
  await withFirstAnswer(thinking, async () => {
    const { outputs, summary } = await carryOut(evaluate(deps), { ...both, production: 'nothing:latest', prompts });
    assert.deepEqual([outputs.score, outputs.baseline, outputs.better, outputs.incomplete], [1, null, false, 0]);
    assert.match(
      summary,
      /before without a score on 1 question; incomplete answers could change this \(before: 1 empty, still thinking\)/,
    );
    assert.match(summary, /: not better$/);
    const { page } = await reportOf(outputs.report as Handle);
    assert.match(page, /\| \(empty, still thinking\) \|/);
    assert.match(page, /- before thought before 1 answer, although it was asked not to think/);
  });
});

test('thoughts are not scored where the models are asked to think, and the report says so', async () => {
  const prompt = 'What color is snow?';
  const reference = await answerOf('sound', prompt);
  const prompts = await questions({ prompt, reference });
  // Of a model of which Ollama does not know how it writes thoughts.
  const message = { role: 'assistant', content: `<think>\nWhite, I think.\n</think>\n\n${reference}` };
  await withFirstAnswer({ message, done_reason: 'stop', eval_count: 20 }, async () => {
    const { outputs } = await carryOut(evaluate(deps), { ...both, think: true, metric: 'exact', prompts });
    assert.equal(outputs.baseline, 1);
    const { page, report } = await reportOf(outputs.report as Handle);
    assert.equal(report.questions[0]!.before.thoughts, 'White, I think.');
    assert.match(page, /- the models were asked to think, .*Thought before answers: before 1, after 0/);
    assert.doesNotMatch(page, /White, I think/);
  });
});

test('a question that does not fit into the context is not judged', async () => {
  const prompts = await questions({ prompt: 'What color is snow? '.repeat(400), reference: 'white' });
  const { outputs, summary } = await carryOut(evaluate(deps), { ...both, prompts });
  assert.deepEqual([outputs.score, outputs.better], [null, false]);
  assert.match(summary, /^no score: .*before: 1 to a prompt longer than its context; after: 1 to a prompt longer/);
});

test('a question that is too long for every model is named with its size, and the others are scored', async () => {
  const prompts = await questions(
    { prompt: 'What color is snow?', reference: 'white' },
    { prompt: 'What color is snow? '.repeat(2_000), reference: 'white' },
  );
  const { outputs } = await carryOut(evaluate(deps), { ...both, prompts });
  assert.equal(outputs.questions, 1);
  const { report, page } = await reportOf(outputs.report as Handle);
  const long = report.notes!.find((note) => note.code === 'too_long_questions')!;
  assert.match(String(long.facts.at), /^questions-\d+\.jsonl:2$/);
  assert.match(
    page,
    /- 1 question longer than the context of every model \(\d+ tokens, and a context of \d+\) are not scored: /,
  );
});

test('a system message that the template of a model leaves out is not asked without a word', async () => {
  const template =
    '{{ range .Messages }}{{ if eq .Role "user" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n{{ end }}{{ end }}<|im_start|>assistant\n';
  await ollama.server.create({ model: 'deaf', from: 'sound', template });
  const prompts = await questions({ prompt: 'What color is snow?', reference: 'white' });
  const options = { ...both, before: 'deaf', system: 'Answer in rhyme.', prompts };
  const { summary } = await carryOut(evaluate(deps), options);
  assert.match(summary, /incomplete answers.* \(before: 1 to a prompt that it did not get whole/);
});

test('the report says where the sides, or the training and the questions, have another form', async () => {
  await ollama.server.create({
    model: 'pirate',
    from: 'sound',
    system: 'You are a pirate.',
    parameters: { num_ctx: 512 },
  });
  const staging = await deps.store.stage('dataset');
  const row = [
    { role: 'system', content: 'You are a parrot.' },
    { role: 'user', content: 'Coal?' },
    { role: 'assistant', content: 'Black.' },
  ];
  await writeFile(join(staging, 'files', 'train.jsonl'), `${JSON.stringify({ messages: row })}\n`);
  const dataset = await deps.store.publish(staging, 'dataset');
  const digest = (await ollama.server.find('sound'))!.digest;
  const served = { name: 'sound', gguf: dataset, lineage: { dataset }, proof: dataset, createdAt: '' };
  await writeServed(deps.store.root, digest, served);
  try {
    const prompts = await questions({ prompt: 'Snow?' }, { prompt: 'Snow?' });
    const { outputs } = await carryOut(evaluate(deps), { ...both, before: 'pirate', prompts, metric: 'none' });
    const { report, page } = await reportOf(outputs.report as Handle);
    const codes = ['few_questions', 'repeated_questions', 'other_system', 'other_context', 'asked_without_system'];
    assert.deepEqual(
      report.notes?.map(({ code }) => code),
      codes,
    );
    assert.match(page, /system messages of their own: before "You are a pirate\.", after none/);
    assert.match(
      page,
      /the 1 training row have a system message \("You are a parrot\."\), and 2 questions are asked without one/,
    );
  } finally {
    await rm(join(deps.store.root, 'served'), { recursive: true });
  }
});

test('a model in production that changes during a run is refused', async () => {
  const prompts = await questions({ prompt: 'one' });
  const pins = { files: {}, bases: {}, models: { sound: (await ollama.server.find('swapped'))!.digest } };
  const options = { ...both, after: 'swapped', production: 'sound', prompts, metric: 'none' };
  assert.equal((await failureOf(carryOut(evaluate(deps), options, { pins }))).type, 'INPUT_CHANGED');
});

test('a question among the training rows is refused, also with other case, spaces and marks', async () => {
  const staging = await deps.store.stage('dataset');
  const row = (...contents: string[]) =>
    `${JSON.stringify({ messages: contents.map((content, index) => ({ role: index % 2 ? 'assistant' : 'user', content })) })}\n`;
  await writeFile(
    join(staging, 'files', 'train.jsonl'),
    row('What color is coal?', 'black') + row('Hi', 'Hello', 'And grass?', 'green'),
  );
  await writeFile(join(staging, 'files', 'eval.jsonl'), row('什么是 SAR？', '雷达'));
  const dataset = await deps.store.publish(staging, 'dataset');
  const digest = (await ollama.server.find('sound'))!.digest;
  await writeServed(deps.store.root, digest, {
    name: 'sound',
    gguf: dataset,
    lineage: { dataset },
    proof: dataset,
    createdAt: '',
  });
  try {
    const asked = [
      { prompt: 'what  colour is coal' },
      { prompt: ' WHAT color is coal ' },
      { prompt: '什么是 SAR?' },
      { prompt: 'and grass' },
    ];
    const failure = await failureOf(
      carryOut(evaluate(deps), { ...both, prompts: await questions(...asked), metric: 'none' }),
    );
    assert.equal(failure.type, 'TRAINING_ROWS_IN_QUESTIONS');
    assert.equal(failure.nonRetryable, true);
    assert.match(failure.message, /^sound was trained on 3 questions of the evaluation:/);
    for (const line of [2, 3, 4]) assert.match(failure.message, new RegExp(`jsonl:${line}: `));
    // The lineage belongs to the digest: the same model under another tag has the same rows.
    await ollama.server.copy('sound', 'promoted');
    const again = await failureOf(
      carryOut(evaluate(deps), { ...both, after: 'promoted', prompts: await questions(asked[1]!), metric: 'none' }),
    );
    assert.equal(again.type, 'TRAINING_ROWS_IN_QUESTIONS');
    // The model in production may be older than the questions; refusing it would fail every night.
    const prompts = await questions({ ...asked[1]!, reference: 'black' });
    const judged = { ...both, after: 'swapped', production: 'promoted', prompts };
    const { outputs } = await carryOut(evaluate(deps), judged);
    assert.match(
      (await reportOf(outputs.report as Handle)).page,
      /- promoted was trained on 1 question of these, so its score is too high/,
    );
    // A training that continued from another has also seen the rows of that one.
    const before = await deps.store.publish(await deps.store.stage('before'), 'adapter', { dataset });
    const newRows = await deps.store.publish(await deps.store.stage('dataset'), 'dataset', { of: 'another night' });
    const lineage = { dataset: newRows, continued_from: { name: 'sound', digest: before.digest } };
    await writeServed(deps.store.root, digest, {
      name: 'sound',
      gguf: dataset,
      lineage,
      proof: dataset,
      createdAt: '',
    });
    const continued = await failureOf(
      carryOut(evaluate(deps), { ...both, prompts: await questions(asked[1]!), metric: 'none' }),
    );
    assert.equal(continued.type, 'TRAINING_ROWS_IN_QUESTIONS');
  } finally {
    await rm(join(deps.store.root, 'served'), { recursive: true });
  }
});

test('a model that changed after the run began is refused', async () => {
  const prompts = await questions({ prompt: 'one' });
  const pins = { files: {}, bases: {}, models: { sound: `sha256:${'0'.repeat(64)}` } };
  const failure = await failureOf(carryOut(evaluate(deps), { ...both, prompts, metric: 'none' }, { pins }));
  assert.equal(failure.type, 'INPUT_CHANGED');
  assert.match(failure.message, /^sound was 000000000000 when the run began/);
});

test('a model that Ollama does not have is named', async () => {
  const failure = await failureOf(
    carryOut(evaluate(deps), {
      ...both,
      before: 'nobody',
      prompts: await questions({ prompt: 'one' }),
      metric: 'none',
    }),
  );
  assert.equal(failure.type, 'MODEL_NOT_IN_OLLAMA');
  assert.match(failure.message, /nobody/);
});

test('case, spaces, width of letters and marks at the ends do not make another question', () => {
  assert.equal(normaliseQuestion('  What  color\nis “Snow”?! '), 'what color is “snow');
  assert.equal(normaliseQuestion('ＷＨＡＴ color is “snow'), 'what color is “snow');
});
