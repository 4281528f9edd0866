import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDiagnostics } from '../../../cli/view/diagnostics/render-diagnostics.ts';
import { checkDocument } from '../../../core/language/plan/make-plan.ts';

const sound = `name: my-probe
on: { schedule: [{ cron: "0 2 * * *", timezone: Europe/Berlin }] }
inputs:
  rate: { type: number, default: 2e-4 }
steps:
  data: { uses: prepare, with: { source: "./rows.jsonl", eval_split: 0.2 } }
  tuned:
    uses: train
    with:
      base: org/model
      dataset: \${{ steps.data.outputs.dataset }}
      learning_rate: \${{ inputs.rate }}
      lora: { r: 8, target_modules: [q_proj, v_proj] }
  done:
    uses: run
    needs:
      - tuned
    if: inputs.rate == 2
    with: { command: [echo, done] }
`;

const told = (text: string) => renderDiagnostics(checkDocument(text).diagnostics, text, 'p.yaml');

/** What people's keyboards and editors put in the place of a character. */
const confused: Readonly<Record<string, string>> = {
  ':': '：',
  ',': '，',
  '{': '｛',
  '}': '｝',
  '[': '【',
  ']': '】',
  '"': '“',
  '-': '–',
  '*': '＊',
  ' ': '\u00a0',
  $: '＄',
  '=': '＝',
  '.': '．',
  _: '＿',
  e: 'е',
  o: 'ο',
  '2': '２',
};

/** In the name of a file and in a command any character may stand, and a cron text and an expression may have any blank space. */
const isFree = (at: number) => {
  const line = sound.slice(sound.lastIndexOf('\n', at) + 1, at);
  if (/source: "[^"]*$|command: \[[^\]]*$/.test(line)) return true;
  return sound[at] === ' ' && /cron: "[^"]*$|\{\{[^}]*$|if: ./.test(line);
};

for (const [plain, wrong] of Object.entries(confused)) {
  test(`each ${JSON.stringify(plain)} that is ${JSON.stringify(wrong)} is named at its place, and nothing else is told`, () => {
    const missed: string[] = [];
    for (let at = sound.indexOf(plain); at !== -1; at = sound.indexOf(plain, at + 1)) {
      if (isFree(at)) continue;
      const text = sound.slice(0, at) + wrong + sound.slice(at + 1);
      const { diagnostics } = checkDocument(text);
      const named = diagnostics.every(({ code }) => code === 'LOOKALIKE') && diagnostics.some((each) => each.at === at);
      if (!named) missed.push(told(text) || `valid: ${text.slice(at - 10, at + 10)}`);
    }
    assert.deepEqual(missed, [], missed.join('\n'));
  });
}

test('sentences keep their punctuation', () => {
  const text = `name: p
description: 我们的机器人：第二次，“好”（真的）
steps:
  ask: { uses: approve, with: { message: 好吗？（是、否） } }
  data: { uses: prepare, with: { source: ./数据（新）.jsonl, system: "“Ты — бот”, сказал он." } }
`;
  assert.deepEqual(checkDocument(text).diagnostics, []);
});

test('a mistake beside a sentence is told as the mistake that it is', () => {
  const text =
    'name: p\ndescription: 我们的机器人：第二次\nsteps: { ask: { uses: approve, with: { mesage: 好吗？ } } }\n';
  assert.match(told(text), /^p\.yaml:3:\d+ steps\.ask\.with: unknown option "mesage"/);
});
