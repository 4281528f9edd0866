// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLine } from '../../../cli/view/log-lines.ts';
import { localTimeToSecond } from '../../../services/machine/local-time.ts';

const progress = {
  event: 'progress',
  step: 12,
  max_steps: 120,
  epoch: 0.1,
  loss: 1.31234,
  learning_rate: 0.0002,
  grad_norm: 1.5,
  tokens_per_second: 125.4,
  eta_seconds: 601,
  memory_bytes: 1,
};

test('an event of a training is one line for people', () => {
  assert.equal(
    logLine(JSON.stringify(progress)),
    'step 12/120  loss 1.3123  gradient 1.5000  learning rate 0.00020  125 tokens/s  10m 01s left',
  );
});

test('a loss that is no number is shown as what it is', () => {
  assert.match(
    logLine(JSON.stringify({ ...progress, loss: 'nan', grad_norm: null }))!,
    / {2}loss nan {2}learning rate/,
  );
});

test('events that a later one tells better are left out', () => {
  assert.equal(logLine('{"event":"saving","step":20}'), undefined);
  assert.equal(logLine('{"event":"answered","id":"a","tokens":3,"done":1,"total":9}'), undefined);
  assert.equal(logLine('{"event":"answered","id":"a","tokens":3,"done":9,"total":9}'), 'answered 9 chats');
});

test('other lines stay; of a bar that was drawn over and over the last state', () => {
  assert.equal(logLine('Loading weights:   0%\rLoading weights: 100%\r'), 'Loading weights: 100%');
  assert.equal(logLine('{"event":"progress","step":1'), '{"event":"progress","step":1');
  assert.equal(logLine('\u001b[31mred\u001b[0m'), 'red');
});

test('an attempt begins at the time of the reader’s clock', () => {
  const at = '2026-11-29T18:30:02.266Z';
  assert.equal(
    logLine(`--- attempt 1, ${at}, on vm: first run of this step ---`),
    `--- attempt 1, ${localTimeToSecond(at)}, on vm: first run of this step ---`,
  );
});
