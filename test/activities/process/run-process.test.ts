// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ProcessOptions, runProcess } from '../../../activities/process/run-process.ts';
import { markOf } from '../../../services/machine/process-mark.ts';
import { childEnvironment } from '../../../services/settings/child-environment.ts';
import { eventually } from '../../rig/eventually.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-process-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const run = (script: string, options: Partial<ProcessOptions> = {}) =>
  runProcess({
    command: process.execPath,
    args: ['-e', script],
    cwd: folder,
    env: childEnvironment('command'),
    signal: new AbortController().signal,
    graceMs: 300,
    logFile: join(folder, 'log.txt'),
    ...options,
  });

/** Stops the child as soon as it has printed its first line. */
function stopAtFirstLine() {
  const stop = new AbortController();
  const lines: string[] = [];
  return {
    lines,
    options: {
      signal: stop.signal,
      onStdout: (line: string) => {
        lines.push(line);
        if (lines.length === 1) stop.abort();
      },
    },
  };
}

test('the result says how a child ended: exit code, signal, last lines', async () => {
  const failed = await run('console.error("line 1"); console.error("no such row"); process.exit(3)');
  assert.deepEqual([failed.exitCode, failed.killedBy, failed.lastLines], [3, undefined, 'line 1\nno such row']);
  const killed = await run('process.kill(process.pid, "SIGKILL")');
  assert.equal(killed.killedBy, 'SIGKILL');
});

test('a missing program is reported in the result, not thrown', async () => {
  const end = await run('', { command: '/no/such/program' });
  assert.match(end.spawnError ?? '', /ENOENT/);
});

test('a child that handles SIGTERM gets time to save', async () => {
  const { lines, options } = stopAtFirstLine();
  const end = await run(
    'process.on("SIGTERM", () => { console.log("saved"); process.exit(0); }); console.log("ready"); setInterval(() => {}, 1000)',
    options,
  );
  assert.deepEqual([end.exitCode, lines], [0, ['ready', 'saved']]);
});

test('a child that ignores SIGTERM is killed with its children after the grace period', async () => {
  const { lines, options } = stopAtFirstLine();
  const end = await run(
    `process.on("SIGTERM", () => {});
     const child = require("node:child_process").spawn("sleep", ["600"]);
     console.log(child.pid); setInterval(() => {}, 1000);`,
    options,
  );
  assert.equal(end.killedBy, 'SIGKILL');
  await eventually('the grandchild to die', () => (markOf(Number(lines[0])) ? undefined : true));
});

test('a child that exceeds its timeout is stopped, and the result says so', async () => {
  const end = await run('setInterval(() => {}, 1000)', { timeoutMs: 200 });
  assert.equal(end.timedOut, true);
});

test('a child that watches its stdin sees it close when the parent dies, and not before', async () => {
  const end = await run(
    'process.stdin.on("end", () => process.exit(9)); process.stdin.resume(); setTimeout(() => process.exit(0), 200)',
  );
  assert.equal(end.exitCode, 0);
});

test('output goes to the log masked, whole lines at a time', async () => {
  const logFile = join(folder, 'masked.txt');
  await run('process.stderr.write("token s3cr"); setTimeout(() => process.stderr.write("et here\\n"), 50)', {
    logFile,
    mask: (line) => line.replaceAll('s3cret', '***'),
  });
  assert.equal(await readFile(logFile, 'utf8'), 'token *** here\n');
});

test('a background process that keeps the output open does not delay its step', async () => {
  const start = Date.now();
  const end = await run(
    'require("node:child_process").spawn("setsid", ["sleep", "120"], { stdio: "inherit" }).unref()',
  );
  assert.equal(end.exitCode, 0);
  assert.ok(Date.now() - start < 60_000);
});

test('bars of progress do not push out the line that says why a program ended', async () => {
  const bars = `for (let at = 0; at < 40; at++) process.stderr.write('Loading weights:  ' + at + '%|#   | ' + at + '/40 [00:00<00:00]\\r')`;
  const end = await run(`console.error('no such layer'); ${bars}; process.exit(3)`);
  assert.equal(end.lastLines, 'no such layer');
});
