import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf } from '../../scripts/test/parts.ts';
import { isPython, isUnit, testFiles } from '../../scripts/test/selection.ts';

test('the whole test runs every file, whatever its folder', () => {
  const files = testFiles(['test']);
  const { alone, computing, waiting } = partsOf(files, { withCheck: true, last: {} });
  const titles = new Set([...alone, ...computing, ...waiting].map(({ title }) => title));
  const own = files.filter((file) => !isUnit(file) && !isPython(file)).map(({ path }) => path);
  assert.deepEqual(
    own.filter((path) => !titles.has(path)),
    [],
  );
});

test('a file that is named runs, though no folder lists it', () => {
  const { computing, waiting } = partsOf(testFiles(['test/docs/tutorial.test.ts']), { withCheck: false, last: {} });
  assert.deepEqual(
    [...computing, ...waiting].map(({ title }) => title),
    ['test/docs/tutorial.test.ts'],
  );
});
