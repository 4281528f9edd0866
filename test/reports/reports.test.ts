// needs: python
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cacheDir } from '../../services/machine/home.ts';
import { ensurePython } from '../../services/setup/python/environment.ts';
import { temper } from '../rig/temper.ts';
import { readReports, strayFolders } from './report.ts';
import { tinyBase } from './tiny-base.ts';
import { tryReport } from './try-report.ts';

/** What no output may hold: a stack of Python or Node, the code of an error that nobody knows, a wish for a report. */
const forbidden =
  /Traceback \(most recent call last\)|^\s+at .*:\d+:\d+\)?$|node:internal|\bUNKNOWN\b|[Uu]nexpected error|[Rr]eport (?:it|this)\b/m;

let root: string;
let python: string;
before(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'temper-reports-')));
  python = (await ensurePython(cacheDir(), () => {})).path;
  // Builds where the sources are newer, once and not in two lanes.
  await temper(['--version']);
});
after(async () => await rm(root, { recursive: true, force: true }));

let tiny: Promise<string> | undefined;
const base = () => {
  tiny ??= tinyBase(python);
  return tiny;
};

test('every folder of reports is a kind', () => assert.deepEqual(strayFolders(), []));

describe('reports', { concurrency: 2 }, () => {
  for (const report of readReports()) {
    const name = `${report.kind}/${report.name}`;
    test(`${name}: ${report.title}`, async () => {
      const folder = join(root, name);
      await mkdir(folder, { recursive: true });
      const { code, said, written } = await tryReport(report, { folder, python, base });
      const told = `${report.run}\n${said}`;
      for (const text of report.says) assert.ok(said.includes(text), `does not say ${JSON.stringify(text)}:\n${told}`);
      for (const text of report.never) assert.ok(!said.includes(text), `says ${JSON.stringify(text)}:\n${told}`);
      for (const text of report.writes)
        assert.ok(written.includes(text), `does not write ${JSON.stringify(text)}:\n${written}`);
      assert.doesNotMatch(said, forbidden, told);
      assert.equal(code, report.exit, told);
    });
  }
});
