import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harnessArguments } from '../../../../activities/evaluate/harness/harness-arguments.ts';
import { evaluate } from '../../../../core/kinds/evaluate.ts';

const asked = { model: 'my:candidate', url: 'http://127.0.0.1:11434', seed: 42, out: '/out' };

test('lm_eval asks the served model greedily, and with the seed of the step', () => {
  assert.deepEqual(harnessArguments({ ...asked, option: { tasks: ['gsm8k', 'ifeval'] } }), [
    '--model',
    'local-chat-completions',
    '--model_args',
    'model=my:candidate,base_url=http://127.0.0.1:11434/v1/chat/completions,num_concurrent=1,tokenized_requests=False,seed=42,timeout=1800',
    '--tasks',
    'gsm8k,ifeval',
    '--apply_chat_template',
    '--gen_kwargs',
    'temperature=0',
    '--seed',
    '42',
    '--output_path',
    '/out',
  ]);
});

test('limit, examples and a folder of tasks are handed on, and a name without a tag gets one', () => {
  const option = { tasks: ['capitals'], limit: 3, fewshot: 0, include_path: '/doc/tasks' };
  const args = harnessArguments({ ...asked, model: '1e5', option });
  assert.deepEqual(args.slice(-6), ['--limit', '3', '--num_fewshot', '0', '--include_path', '/doc/tasks']);
  assert.match(args[3]!, /^model=1e5:latest,/);
});

test('a name that lm_eval would read as an option, a list or a path is none of a task', () => {
  const { harness } = evaluate.options.shape;
  for (const name of ['--trust_remote_code', 'a,b', './tasks/a.yaml', '../a', 'a b', ''])
    assert.equal(harness.safeParse({ tasks: [name] }).success, false, name);
  assert.equal(harness.safeParse({ tasks: ['gsm8k', 'gsm8k'] }).success, false);
  assert.equal(harness.safeParse({ tasks: ['mmlu_pro-plus.v2'] }).success, true);
});
