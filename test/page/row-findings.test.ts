import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewOf } from '../../core/report/run-view.ts';
import type { RowFinding } from '../../core/words/row-findings.ts';
import { renderReport } from '../../page/report.tsx';
import { measured, row, runFacts } from '../rig/run-facts.ts';

const finding = (rest: Partial<RowFinding> & Pick<RowFinding, 'code'>): RowFinding => ({
  ...{ row: 'rows.jsonl:3', what: '', issuer: null, role: null, like: null, similarity: null },
  ...rest,
});
const summary = {
  languages: { en: 2, zh: 30 },
  median_row_tokens: 41,
  longest_row_tokens: 900,
  tokens_counted_by: 'estimate',
  learned_share: 0.64,
  dropped: { duplicate: 0, bad: 0, excluded: 1 },
  leaks: [{ row: 'rows.jsonl:9', question: 'exam.jsonl:2', similarity: 0.86 }],
  finding_rows: { near_duplicate: 4, secret: 1, personal: 1, special_token: 1 },
  findings: [
    finding({ code: 'near_duplicate', like: 'rows.jsonl:1', similarity: 0.91 }),
    finding({ code: 'secret', what: 'token', issuer: 'GitHub', role: 'assistant' }),
    finding({ code: 'personal', what: 'chinese_id', role: 'user' }),
    finding({ code: 'special_token', what: '<|im_end|>', role: 'user' }),
  ],
};
const rendered = (language: 'en' | 'zh') =>
  renderReport(viewOf(runFacts({ datasets: { data: { summary, rows: measured([row('a', 'b')]) } } })), language);

test('the report says what should not be learned, by row, in the words of the reader', () => {
  const english = rendered('en');
  for (const said of [
    'Rows that ask the exam, left out: 1',
    'rows.jsonl:9: like exam.jsonl:2, similarity 0.86',
    'Rows that nearly repeat an earlier one: 4',
    "rows.jsonl:3: an access token of GitHub in the assistant's message",
    "rows.jsonl:3: &lt;|im_end|> in the user's message",
    'zh 30, en 2',
    '41 in the median, 900 at most (estimates)',
    '64 %',
  ])
    assert.ok(english.includes(said), said);
  const chinese = rendered('zh');
  for (const said of ['4 行与前面的行几乎重复', 'rows.jsonl:3：用户的消息里有身份证号', '1 行含有密钥或密码'])
    assert.ok(chinese.includes(said), said);
});

test('a dataset of which less is known is shown without them', () => {
  const html = renderReport(viewOf(runFacts({ datasets: { data: { rows: measured([row('a', 'b')]) } } })), 'en');
  assert.doesNotMatch(html, /nearly repeat|with secrets|in the median/);
});
