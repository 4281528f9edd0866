// needs: python, ollama, small model
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { evaluate } from '../../../../activities/evaluate/evaluate.ts';
import type { EvaluationReport } from '../../../../activities/evaluate/report/report.ts';
import type { Handle } from '../../../../core/handles.ts';
import { cacheDir } from '../../../../services/machine/home.ts';
import { writeSecret } from '../../../../services/machine/secrets.ts';
import { addGguf } from '../../../../services/ollama/add-gguf.ts';
import { ensureSmallModel } from '../../../../services/setup/models/small-model.ts';
import { carryOut, failureOf } from '../../../rig/carry-out.ts';
import { makeDeps } from '../../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../../rig/servers/ollama-server.ts';

let ollama: TestOllama;
let deps: Awaited<ReturnType<typeof makeDeps>>;
/** A server in the place of a large model: no small one can tell two answers apart. */
let http: Server;
let url: string;
interface Shown {
  first: string;
  second: string;
}
let judgments: (Shown & { key: string | undefined })[];
let reply: (shown: Shown) => { status?: number; content: string };

const shorter = ({ first, second }: Shown) =>
  JSON.stringify({ why: 'It is shorter.', verdict: first.length < second.length ? 'first' : 'second' });

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({ ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models } });
  await writeSecret(deps.secrets, 'JUDGE_KEY', 'sk-judge-very-secret');
  const { path } = await ensureSmallModel(cacheDir(), () => {});
  await addGguf(ollama.server, 'smollm2:135m', path);
  // One sentence, or its beginning: both end by themselves.
  for (const [model, stop] of [
    ['sentence', ['.']],
    ['words', ['.', ' is', ' are', ',', ' make']],
  ] as const)
    await ollama.server.create({ model, from: 'smollm2:135m', parameters: { stop } });
  http = createServer(async (incoming, outgoing) => {
    if (incoming.url === '/v1/models') return outgoing.end(JSON.stringify({ data: [{ id: 'wise' }] }));
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: { content: string }[] };
    const { first_answer: first, second_answer: second } = JSON.parse(messages[1]!.content) as Record<string, string>;
    const shown = { first: first!, second: second! };
    judgments.push({ ...shown, key: incoming.headers.authorization });
    const { status = 200, content } = reply(shown);
    const choices = [{ message: { content }, finish_reason: 'stop' }];
    return outgoing
      .writeHead(status)
      .end(JSON.stringify({ choices, usage: { prompt_tokens: 9, completion_tokens: 3 } }));
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
after(async () => {
  http?.close();
  await ollama?.stop();
  await rm(deps.root, { recursive: true, force: true });
});
beforeEach(() => {
  judgments = [];
  reply = (shown) => ({ content: shorter(shown) });
});

const asked = ['Which colour has snow?', 'What do bees make?', 'What is the opposite of hot?'];
async function exam(count: number): Promise<string> {
  const file = join(deps.root, `exam-${count}.jsonl`);
  const rows = asked.slice(0, count).map((prompt) => JSON.stringify({ prompt, reference: 'x' }));
  await writeFile(file, `${rows.join('\n')}\n`);
  return file;
}
async function reportOf(handle: unknown): Promise<{ report: EvaluationReport; page: string }> {
  const { path } = await deps.store.open(handle as Handle);
  const [json, page] = await Promise.all(
    ['report.json', 'report.md'].map((name) => readFile(join(path, name), 'utf8')),
  );
  return { report: JSON.parse(json!) as EvaluationReport, page: page! };
}

test('a real judge that is too small follows the place of an answer, and comes out as ties and a caution', async () => {
  const judge = { model: 'smollm2:135m', rubric: 'The shorter answer is better.', max_tokens: 200 };
  const options = {
    before: 'smollm2:135m',
    after: 'words',
    max_tokens: 64,
    metric: 'none',
    prompts: await exam(2),
    judge,
  };
  const { outputs, summary } = await carryOut(evaluate(deps), options);
  const { report, page } = await reportOf(outputs.report);
  const { against, bias, cost } = report.judge!;
  const { questions, ties, contradicted } = against.before!;
  assert.ok(questions > 0, summary);
  assert.deepEqual([ties, contradicted, outputs.judge_wins], [questions, questions, 0.5], JSON.stringify(report.judge));
  assert.deepEqual([bias.first, bias.second, bias.of], [questions, 0, questions]);
  assert.equal(cost.verdicts, 2 * questions);
  assert.match(summary, /it followed the place of an answer on \d of \d/);
  const notes = report.notes!.map(({ code }) => code);
  assert.ok(notes.includes('judge_follows_place') && notes.includes('judge_judges_itself'), notes.join());
  assert.match(page, /its rubric: The shorter answer is better\./);
  assert.match(page, /\| tie \(contradicted itself\) \|/);
});

test('by a judge that tells them apart, the share of wins is the score; what it said survives a failed attempt', async () => {
  const judge = { model: 'wise', url, api_key: '${{ secrets.JUDGE_KEY }}' };
  const options = {
    before: 'sentence',
    after: 'words',
    max_tokens: 64,
    metric: 'judge',
    better: 'interval',
    prompts: await exam(3),
    judge,
  };
  const over = { runId: 'test-20260101-000000-judge' };
  reply = (shown) => (judgments.length > 2 ? { status: 400, content: '' } : { content: shorter(shown) });
  const failure = await failureOf(carryOut(evaluate(deps), options, over));
  assert.equal(failure.type, 'ENDPOINT_REFUSED');
  const first = judgments.splice(0);
  const keptIn = async (file: string) => await readFile(join(deps.runs, over.runId, 'steps', 'step', file), 'utf8');
  const [kept, answers] = [await keptIn('verdicts.jsonl'), await keptIn('answers.jsonl')];
  const known = kept.split('\n').filter(Boolean).length;
  assert.equal(known, 2, 'those that came before the refusal');
  reply = (shown) => ({ content: shorter(shown) });
  const { outputs, summary } = await carryOut(evaluate(deps), options, over);
  const { report, page } = await reportOf(outputs.report);
  const { wins, losses, same, share, questions } = report.judge!.against.before!;
  assert.deepEqual([wins + same, losses, questions], [3, 0, 3], summary);
  assert.equal(outputs.score, share);
  assert.equal(outputs.judge_wins, share);
  assert.ok(Math.abs(Number(outputs.baseline) - (1 - Number(share))) < 1e-9);
  assert.equal(outputs.better, false, 'three questions prove nothing');
  assert.equal(report.after.scores!.judge, share);
  assert.deepEqual(report.judge!.bias, { first: 0, second: 0, of: wins });
  assert.match(page, /\| after: It is shorter\. \|/);
  assert.equal(known + judgments.length, 2 * wins, 'a known verdict is not asked for again');
  assert.equal(answers.split('\n').filter(Boolean).length, 2 * 3);
  assert.equal(await keptIn('answers.jsonl'), answers, 'a known answer is not asked for again');
  // The key reaches the server and no file.
  assert.ok([...first, ...judgments].every(({ key }) => key === 'Bearer sk-judge-very-secret'));
  for (const file of await readdir(deps.root, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || file.name === 'JUDGE_KEY') continue;
    const text = await readFile(join(file.parentPath ?? file.path, file.name), 'utf8');
    assert.ok(!text.includes('sk-judge'), file.name);
  }
});

test('of several answers each is compared with the one of the same seed, and so many verdicts are paid for', async () => {
  const options = {
    ...{ before: 'sentence', after: 'words', max_tokens: 64, metric: 'judge', prompts: await exam(2) },
    ...{ samples: 3, temperature: 0.8 },
  };
  const judge = { model: 'wise', url, api_key: '${{ secrets.JUDGE_KEY }}' };
  const { outputs, summary } = await carryOut(evaluate(deps), { ...options, judge });
  const { report, page } = await reportOf(outputs.report);
  const { wins, ties, losses, same, questions, share } = report.judge!.against.before!;
  assert.ok(questions > 0, summary);
  assert.equal(wins + ties + losses, 3 * questions);
  assert.equal(report.judge!.cost.verdicts, 2 * (3 * questions - same));
  assert.ok(Math.abs(share! - (wins + ties / 2) / (3 * questions)) < 1e-9);
  assert.equal(outputs.score, share);
  const shown = new Set(judgments.map(({ first, second }) => `${first}|${second}`));
  const [{ before: theirs, after: ours }] = report.questions.filter(({ verdicts }) => verdicts?.before) as [Asked];
  for (const [at, { text }] of [ours, ...ours.samples!].entries()) {
    const { text: other } = [theirs, ...theirs.samples!][at]!;
    const isShown = shown.has(`${text}|${other}`) && shown.has(`${other}|${text}`);
    assert.ok(isShown || text.trim() === other.trim(), `${text} beside ${other}`);
  }
  assert.match(page, new RegExp(`lost among ${3 * questions} pairs of answers`));
  const { outputs: fewer } = await carryOut(evaluate(deps), { ...options, judge: { ...judge, samples: 1 } });
  const { against } = (await reportOf(fewer.report)).report.judge!;
  assert.equal(against.before!.wins + against.before!.ties + against.before!.losses, against.before!.questions);
});
type Asked = EvaluationReport['questions'][number];
