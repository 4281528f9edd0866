import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasOtherEncoding, utf8Variables } from '../../../services/settings/text-encoding.ts';

const locales: readonly [Record<string, string>, boolean][] = [
  [{}, false],
  [{ LANG: 'de_DE.UTF-8' }, false],
  [{ LANG: 'C.utf8' }, false],
  [{ LANG: 'sr_RS.UTF-8@latin' }, false],
  [{ LANG: 'de_DE' }, false],
  [{ LANG: 'zh_CN.GBK' }, true],
  [{ LANG: 'de_DE.ISO-8859-1@euro' }, true],
  [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, true],
  [{ LANG: 'zh_CN.GBK', LC_ALL: 'C.UTF-8' }, false],
];
for (const [env, other] of locales)
  test(`children of ${JSON.stringify(env)} read UTF-8${other ? ', in another locale' : ''}`, () => {
    assert.equal(hasOtherEncoding(env), other);
    assert.deepEqual(utf8Variables(env), { PYTHONUTF8: '1', ...(other ? { LC_ALL: 'C.UTF-8' } : {}) });
  });
