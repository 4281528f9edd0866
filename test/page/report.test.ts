import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from '../../core/errors/catalogue.ts';
import { viewOf } from '../../core/report/run-view.ts';
import { marksOf } from '../../page/parts/marked.tsx';
import { renderReport } from '../../page/report.tsx';
import { en } from '../../page/words/en.ts';
import { languageOf } from '../../page/words/words.ts';
import { zh } from '../../page/words/zh.ts';
import { asked, type Changed, examReport, measured, row, runFacts } from '../rig/run-facts.ts';

const rendered = (change: Changed = {}) => renderReport(viewOf(runFacts(change)), 'en');
const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&';

test('a report asks nothing of a network and of no other file', () => {
  const html = rendered();
  assert.doesNotMatch(html, /<[^>]*\s(?:src|href|action|poster|data)\s*=|url\(|@import|<script|<link|<iframe|https?:/i);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'/);
});

test('nothing that a model, a row or a document says becomes part of the page', () => {
  const facts = runFacts();
  const html = rendered({
    exams: { verdict: examReport([[hostile, hostile, hostile, `${hostile} more`, [0, 1]]]) },
    datasets: { data: { rows: measured([row(hostile, hostile)]) } },
    plan: { ...facts.plan!, document: { path: `/${hostile}`, text: hostile } },
    state: {
      status: 'failed',
      steps: {
        train: { uses: 'train', state: 'failed', failure: { code: 'UNKNOWN', message: hostile, remedy: hostile } },
      },
    },
    ledgers: {},
  });
  assert.ok(html.includes('&lt;script>alert(1)&lt;/script>'), 'it is shown as text');
  assert.doesNotMatch(html, /<script|<img/i);
});

test('what a judge said stands with its doubts, and its reasons are text', () => {
  const report = examReport([['q', 'r', 'one', 'two', [0, 1]]]);
  const tally = { wins: 0, ties: 8, losses: 0, contradicted: 7, unread: 1, same: 0, questions: 8, share: 0.5 };
  const judge = {
    ...{ name: 'smollm2:135m', rubric: hostile, against: { before: tally, prompted: { ...tally, ties: 0, wins: 8 } } },
    bias: { first: 7, second: 0, of: 7 },
    agreement: { metric: 'chrf', agreed: 3, questions: 4, kappa: 0.5 },
    cost: { verdicts: 16, promptTokens: 4000, answerTokens: 300 },
  };
  const verdicts = { before: { outcome: 'win' as const, because: 'agreed' as const, why: [hostile, 'x'] } };
  const questions = report.questions.map((each) => ({ ...each, verdicts }));
  const exams = { verdict: { ...report, judge, questions } };
  const html = rendered({ exams });
  assert.match(html, /Against before: 0 won, 8 tied \(7 where it contradicted itself, 1 without a readable verdict\)/);
  assert.match(html, /Against prompted: 8 won/);
  assert.match(html, /same place in both orders on 7 of 7 pairs of answers \(the first 7 times/);
  assert.match(html, /the same answer as chrf on 3 of 4 questions.*Cohen’s kappa 0\.500?/);
  assert.match(html, /Judge, against before: after is better\..*&lt;script>/s);
  assert.doesNotMatch(html, /<script|<img/i);
  assert.match(renderReport(viewOf(runFacts({ exams })), 'zh'), /有 7 次在两种顺序下都选了同一个位置/);
});

test('benchmarks stand with their standard errors, and names of tasks are text', () => {
  const report = examReport([['q', 'r', 'one', 'two', [0, 1]]]);
  const metric = {
    ...{ task: hostile, metric: 'exact_match', filter: 'strict', higherIsBetter: false, questions: 1319 },
    ...{ before: { value: 0.25, error: 0.125 }, after: { value: 0.5 } },
  };
  const exams = { verdict: { ...report, harness: { version: '0.4.13', limit: 3, metrics: [metric] } } };
  const html = rendered({ exams });
  assert.match(html, /lm-evaluation-harness 0\.4\.13/);
  assert.match(html, /The first 3 questions of each task/);
  assert.match(html, /&lt;script>.*exact_match \(strict\).*lower is better.*1,319.*0\.25 ± 0\.13.*0\.50/s);
  assert.doesNotMatch(html, /<script|<img/i);
  assert.match(renderReport(viewOf(runFacts({ exams })), 'zh'), /每个任务的前 3 个问题/);
});

test('an exam shows every metric, the style, all references, earlier turns, thoughts and further answers as text', () => {
  const report = examReport([['q', 'first', 'one', 'two', [0, 1]]]);
  const style = { answers: 1, characters: 1234, format: 0.25, loops: 0.75 };
  const exams = {
    verdict: {
      ...report,
      before: { ...report.before, scores: { chrf: 0.1, json: 0.5 }, within: 0.33 },
      after: { ...report.after, scores: { chrf: 0.2, json: 0.75 } },
      style: { reference: style, before: style, after: style },
      notes: [
        {
          code: 'too_long_questions' as const,
          facts: { questions: 2, at: ['e.jsonl:7'], tokens: 5000, context: 4096 },
        },
      ],
      questions: report.questions.map((each) => ({
        ...each,
        history: [{ role: 'user', content: `${hostile} turn` }],
        other_references: [`${hostile} second`],
        pattern: `${hostile} pattern`,
        after: { ...each.after, thoughts: `${hostile} thought`, samples: [{ text: `${hostile} other`, end: 'stop' }] },
      })),
    },
  };
  const html = rendered({ exams });
  for (const what of ['turn', 'second', 'pattern', 'thought', 'other'])
    assert.match(html, new RegExp(`&lt;script>[^<]* ${what}`), what);
  assert.doesNotMatch(html, /<script|<img/i);
  assert.match(html, /json<\/th><td class="number">0\.50<\/td><td class="number">0\.75/);
  assert.match(html, /characters, median<\/th><td class="number">1,234/);
  assert.match(html, /answers to one question: ±0\.33/);
  assert.match(html, /2 questions longer than the context of every model \(5000 tokens, and a context of 4096\)/);
  const chinese = renderReport(viewOf(runFacts({ exams })), 'zh');
  for (const words of [
    /回答的写法/,
    /版式与参考答案相同/,
    /思考内容/,
    /另外 1 个回答/,
    /有 2 个问题超出了所有模型的上下文/,
  ])
    assert.match(chinese, words);
});

test('what quantization changed stands in a table, with what was taken, in both languages', () => {
  const figures = { kl_error: 0.002, same_top: 0.94, logprob: -3 };
  const drifts = {
    gguf: {
      base: hostile,
      rows: { side: 'held-out' as const, rows: 31, tokens: 537, bytes: 2100, dataset: 'sha256:1' },
      parent: { bytes: 271e6, logprob: -3, bits_per_byte: 0.911 },
      before: { logprob: -4, bits_per_byte: 1.618 },
      bound: 0.05,
      imatrix: { rows: 143, tokens: 7842 },
      taken: 1,
      types: [
        { type: 'q8_0', imatrix: true, bytes: 145e6, kl: 0.0017, ...figures },
        { type: 'q4_K_M', imatrix: true, bytes: 105e6, kl: 0.0368, ...figures },
        { type: 'q4_K_M', imatrix: false, bytes: 105e6, kl: 0.0564, ...figures },
      ],
    },
  };
  const html = rendered({ drifts });
  assert.match(html, /537 tokens of the answers in 31 held-out rows/);
  assert.match(
    html,
    /<b>q4_K_M<\/b>[^/]*importance matrix<\/span>[^/]*taken<\/span>.*105 MB.*0\.0368 ± 0\.00200.*94\.0 %/s,
  );
  assert.equal(html.split('<b>q4_K_M</b>').length, 2, 'one of the two is taken');
  assert.match(html, /f16.*0\.911<\/td>.*base model<\/td>.*1\.618<\/td>.*2,100 UTF-8 bytes/s);
  assert.doesNotMatch(html, /<script|<img/i);
  assert.match(
    renderReport(viewOf(runFacts({ drifts })), 'zh'),
    /31 行留出数据.*已选用.*基础模型.*1\.618.*2,100 个 UTF-8 字节/s,
  );
  assert.doesNotMatch(rendered(), /id="quantization"/);
});

test('the verdict comes first, then the answers, then how they came about', () => {
  const order = [...rendered().matchAll(/<section class="part" id="(\w+)"/g)].map(([, id]) => id);
  assert.deepEqual(order, ['answers', 'training', 'data', 'steps', 'lineage', 'cost', 'configuration', 'again']);
  assert.match(rendered(), /<h1[^>]*>The tuned model is better\. It is served as parrot:latest\.<\/h1>/);
});

test('a failed run says what failed and what to do', () => {
  const failure = {
    code: 'OUT_OF_MEMORY',
    message: 'no memory left at step 12',
    remedy: 'Halve `batch_size`.',
  } as const;
  const html = rendered({
    state: { status: 'failed', steps: { train: { uses: 'train', state: 'failed', failure } } },
    exams: {},
    models: [],
  });
  assert.match(html, /The run failed at train\./);
  assert.match(html, /no memory left at step 12.*OUT_OF_MEMORY.*Halve `batch_size`\./s);
  assert.doesNotMatch(html, /id="answers"/);
});

test('a failure has its general words in Chinese, and a remedy of its own as it was written', () => {
  const failing = (remedy: string) => {
    const failure = { code: 'DISK_FULL', message: 'no space left on /data', remedy } as const;
    const change: Changed = {
      state: { status: 'failed', steps: { train: { uses: 'train', state: 'failed', failure } } },
    };
    return renderReport(viewOf(runFacts({ ...change, exams: {}, models: [] })), 'zh');
  };
  assert.match(failing(errors.DISK_FULL.remedy), /磁盘已满。.*no space left on \/data.*腾出信息中指出的空间/s);
  assert.match(failing('Delete /data/old.'), /磁盘已满。.*<span lang="en">Delete \/data\/old\.<\/span>/s);
});

test('an interruption stands in the curve and in words', () => {
  const html = rendered();
  assert.match(html, /Interrupted after step 30, continued from checkpoint 20: 10 steps trained again\./);
  assert.match(html, /class="interruption"/);
  assert.match(html, /class="again"/);
});

test('a report in Chinese has no English word of the page', () => {
  const html = renderReport(viewOf(runFacts()), 'zh');
  assert.match(html, /<html lang="zh-CN">/);
  assert.match(html, /微调后的模型更好。现以 parrot:latest 提供服务。/);
  for (const word of [en.sections.answers, en.training.again, en.data.median, en.cost.device, en.again.stored])
    assert.ok(!html.includes(word), word);
});

test('both languages have the same words', () => {
  const keys = (value: object): unknown =>
    Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, typeof each === 'object' ? keys(each) : typeof each]),
    );
  assert.deepEqual(keys(zh), keys(en));
});

test('the language is the first one that is known', () => {
  const known = ['zh_CN.UTF-8', 'zh-CN,zh;q=0.9,en;q=0.8', 'de-DE,zh;q=0.9', 'en_GB', 'C', undefined].map(languageOf);
  assert.deepEqual(known, ['zh', 'zh', 'zh', 'en', 'en', 'en']);
});

const owned = (parts: readonly { text: string; differs: boolean }[]) =>
  parts.filter(({ differs }) => differs).map(({ text }) => text.trim());

test('differences of two answers are marked by words', () => {
  const { before, after } = marksOf('A chick is called a chick.', 'A chick is called a young chick.');
  assert.deepEqual([owned(before), owned(after)], [[], ['young']]);
});

test('Chinese answers are compared by words, which no blanks divide', () => {
  const { before, after } = marksOf('小鸡叫小鸡，是一种家禽。', '小鸡叫雏鸡，是一种家禽。');
  assert.equal(before.map(({ text }) => text).join(''), '小鸡叫小鸡，是一种家禽。');
  assert.ok(owned(after).join('').includes('雏'));
  assert.ok(!owned(after).join('').includes('家禽'));
});

test('answers that share nothing are not marked all over', () => {
  const { before, after } = marksOf('one two three four', 'Ahoy, captain! Squawk!');
  assert.deepEqual([owned(before), owned(after)], [[], []]);
});

test('every question is in the report, the later ones folded', () => {
  const many = Array.from({ length: 30 }, (_, index) => [`question ${index}`, ...asked[0]!.slice(1)] as never);
  const html = rendered({ exams: { verdict: examReport(many) } });
  assert.match(html, /10 more questions/);
  assert.match(html, /question 29/);
});
