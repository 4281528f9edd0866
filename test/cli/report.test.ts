// needs: time
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeRun } from '../rig/run-home.ts';
import { temper } from '../rig/temper.ts';

/** A home with one run that has ended, and no server. */
let home: string;
let run: string;
let env: Record<string, string>;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'temper-report-'));
  run = (await writeRun(home)).runId;
  env = { TEMPER_HOME: home, LC_ALL: 'en_US.UTF-8' };
});
after(async () => await rm(home, { recursive: true, force: true }));

test('a run is written as one file, and its path is all that is printed', async () => {
  const file = join(home, 'run.html');
  const { code, stdout, stderr } = await temper(['report', '--out', file], env);
  assert.deepEqual([code, stdout, stderr], [0, `${file}\n`, '']);
  const html = await readFile(file, 'utf8');
  assert.match(html, /The tuned model is better\./);
  assert.match(html, /Interrupted after step 30, continued from checkpoint 20/);
  assert.match(html, /船长好！小鸡叫雏鸡/);
});

test('the language is that of the terminal, or the one that is named', async () => {
  const file = join(home, 'zh.html');
  await temper(['report', run, '--out', file], { ...env, LC_ALL: 'zh_CN.UTF-8' });
  assert.match(await readFile(file, 'utf8'), /<html lang="zh-CN">/);
  const wrong = await temper(['report', run, '--lang', 'fr'], env);
  assert.deepEqual([wrong.code, wrong.stderr], [2, '--lang must be en or zh, got "fr"\n']);
});

test('--json prints what the report shows, with the path of the file', async () => {
  const file = join(home, 'json.html');
  const { stdout } = await temper(['report', '--json', '--out', file], env);
  const shown = JSON.parse(stdout);
  assert.deepEqual([shown.path, shown.run, shown.headline.code], [file, run, 'better']);
  assert.equal(shown.exams[0].changes.worse, 1);
  assert.deepEqual(shown.trainings[0].curves.interruptions, [{ reached: 30, resumedFrom: 20 }]);
});
