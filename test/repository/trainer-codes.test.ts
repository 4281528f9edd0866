import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isErrorCode } from '../../core/errors/catalogue.ts';

const trainer = new URL('../../trainer/', import.meta.url);

test('every failure code of the trainer is in the catalogue', () => {
  const files = readdirSync(trainer, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.py'));
  const codes = files.flatMap((name) => {
    const text = readFileSync(new URL(name, trainer), 'utf8');
    return [...text.matchAll(/\bFailure\(\s*"([^"]+)"/g)].map(([, code]) => code!);
  });
  assert.ok(codes.length > 40, `${codes.length} codes found`);
  assert.deepEqual(
    [...new Set(codes)].filter((code) => !isErrorCode(code)),
    [],
  );
});
