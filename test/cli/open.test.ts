// needs: time
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeRun } from '../rig/run-home.ts';
import { temper } from '../rig/temper.ts';

test('`temper open` prints a link that leads to the runs of this home, and Ctrl-C closes it', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'temper-open-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const { runId } = await writeRun(home);
  const seen: number[] = [];
  const { code, stdout, stderr } = await temper(
    ['open', runId, '--no-browser', '--json'],
    { TEMPER_HOME: home },
    {
      child: (child) => {
        let said = '';
        child.stdout!.on('data', (text: Buffer) => {
          said += String(text);
          if (!said.endsWith('}\n')) return;
          const { link } = JSON.parse(said) as { link: string };
          void fetch(link)
            .then(({ status }) => seen.push(status))
            .finally(() => child.kill('SIGINT'));
        });
      },
    },
  );
  assert.deepEqual([code, seen], [0, [200]], stderr);
  assert.ok((JSON.parse(stdout) as { link: string }).link.endsWith(`/runs/${runId}`));
});
