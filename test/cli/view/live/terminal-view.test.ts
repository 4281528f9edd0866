// needs: nothing
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { frameOf, type Size } from '../../../../cli/view/live/frame.ts';
import { LiveScreen } from '../../../../cli/view/live/screen.ts';
import { TerminalView } from '../../../../cli/view/live/terminal-view.ts';
import { treeOf } from '../../../../cli/view/live/tree.ts';
import { EmulatedTerminal } from '../../../rig/terminal.ts';
import { began, sampleRun } from './fixtures/sample-run.ts';

const fixture = fileURLToPath(new URL('fixtures/print-frame.ts', import.meta.url));
const widths = [40, 80, 120, 200];
const now = began + 130_000;
const holder = { run: 'other', step: 'slow', host: 'h', since: began };

const frame = (size: Size): string[] => {
  const { seen, plan } = sampleRun(120);
  const lines = frameOf({ tree: treeOf(seen.state!, seen, plan), below: [], now }, size);
  return lines.map(stripVTControlCharacters);
};

for (const columns of widths) {
  test(`in ${columns} columns no line wraps, and frames, warnings and a change of the width leave nothing behind`, async () => {
    const terminal = new EmulatedTerminal({ columns, rows: 40 });
    await terminal.write('before\r\n');
    const screen = new LiveScreen(terminal.stream);
    const first = sampleRun(1);
    const view = new TerminalView(first.plan, screen);
    view.show(first.seen, now, [holder]);
    for (const [at, width] of [...widths, columns].entries()) {
      view.show(sampleRun(at + 2).seen, now, [holder]);
      await terminal.resize(width);
      const top = (await terminal.lines()).findIndex((line) => line.startsWith('✔ data'));
      const wrapped = await terminal.wrapped();
      assert.deepEqual(
        wrapped.filter((row) => row > top),
        [],
        `at ${width}`,
      );
    }
    const { state } = first.seen;
    view.show({ ...first.seen, pending: {}, children: {}, closed: true, state: { ...state!, endedAt: now } }, now, []);
    const lines = await terminal.lines();
    const text = lines.join('\n');
    assert.equal(lines[0], 'before', text);
    assert.match(lines[1]!, /^2026-\S+ \S+ train: att/, text);
    const from = lines.findIndex((line) => line.startsWith('✔ data'));
    const told = lines
      .slice(1, from)
      .join('')
      .replace(/^\S+ \S+ /, '');
    assert.equal(
      told.replaceAll(' ', ''),
      'train: attempt 1 failed: the worker was lost while it trained'.replaceAll(' ', ''),
    );
    const { plan } = first;
    const last = frameOf({ tree: treeOf(state!, undefined, plan), below: [], now }, { columns: columns - 2, rows: 99 });
    assert.deepEqual(lines.slice(from), last.map(stripVTControlCharacters), text);
  });

  test(`in ${columns} columns every line is within the edge, also where characters are wide`, () => {
    for (const rows of [3, 6, 10, 40]) {
      const lines = frame({ columns, rows });
      assert.ok(lines.length <= rows, lines.join('\n'));
      for (const line of lines) assert.ok(stringWidth(line) <= columns, line);
    }
  });
}

test('a tree has branches below what they need, variants below their matrix and inner steps below their pipeline', () => {
  const { seen, plan } = sampleRun(120);
  const tree = treeOf(seen.state!, seen, plan).map(({ depth, label }) => '  '.repeat(depth) + label);
  assert.deepEqual(tree, ['data', '  train', '  sweep', '    r=8', '    r=16', 'verdict', 'inner', '  réponse-模型']);
});

test('a training tells its step, loss with its curve, loss on held-out rows, speed, time left, checkpoint and attempts', () => {
  const text = frame({ columns: 120, rows: 40 }).join('\n');
  assert.match(text, /step 120\/400 {2}loss 2\.200 █[▁-█]+▁ {2}evaluation loss 1\.234/);
  assert.match(text, /1204 tokens\/s {2}1h 02m left {2}checkpoint 100 {2}attempt 2, after: the worker was lost/);
  const narrow = frame({ columns: 40, rows: 40 }).join(' ').replaceAll(/ +/g, ' ');
  for (const part of ['step 120/400', 'evaluation loss 1.234', '1h 02m left', 'checkpoint 100', 'worker was lost'])
    assert.ok(narrow.includes(part), part);
});

test('steps that have ended fold first, then those that wait; what runs or has failed stays', () => {
  const states = ['succeeded', 'reused', 'succeeded', 'failed', 'running', 'waiting', 'waiting', 'waiting'] as const;
  const { seen } = sampleRun(1);
  const entries = states.map((state, at) => [`step${at}`, { uses: 'run', state, startedAt: began, endedAt: now }]);
  const state = { ...seen.state!, steps: Object.fromEntries(entries) };
  const shown = (rows: number) =>
    frameOf({ tree: treeOf(state, undefined, undefined), below: [], now }, { columns: 60, rows }).map((line) =>
      stripVTControlCharacters(line).slice(0, 7),
    );
  assert.deepEqual(shown(7), ['✔ 2 ste', '✔ step2', '✘ step3', '▸ step4', '· step5', '· step6', '· step7']);
  assert.deepEqual(shown(5), ['✔ 3 ste', '✘ step3', '▸ step4', '· step5', '· 2 ste']);
  assert.deepEqual(shown(4), ['✔ 3 ste', '✘ step3', '▸ step4', '· 3 ste']);
});

const coloured = (env: Record<string, string>): string =>
  execFileSync(process.execPath, ['--import', 'tsx', fixture], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });

test('no colour vanishes on a white or a black terminal, and NO_COLOR takes all away', () => {
  const used = [...coloured({ FORCE_COLOR: '1' }).matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code));
  const [bold, dim, red, green, magenta] = [1, 2, 31, 32, 35];
  const ends = [22, 39];
  assert.ok(used.includes(magenta));
  assert.deepEqual(
    used.filter((code) => ![bold, dim, red, green, magenta, ...ends].includes(code)),
    [],
  );
  const plain = coloured({ NO_COLOR: '1', FORCE_COLOR: '' });
  assert.equal(stripVTControlCharacters(plain), plain);
});
