import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from '../../../core/errors/catalogue.ts';
import type { FileProblem } from '../../../core/file-problem.ts';
import { fileProblemWords } from '../../../core/words/file-problems.ts';

const home = { variable: 'TEMPER_HOME', path: '/data/my home' } as const;
const problem = (over: Partial<FileProblem>): FileProblem => ({
  code: 'EACCES',
  path: '/data/my home/runs/a',
  user: 1000,
  within: home,
  existing: { path: '/data/my home/runs', owner: 0 },
  ...over,
});

test('a file of root in the home of a user names the owner and the command that gives it back', () => {
  const told = fileProblemWords(problem({}));
  assert.match(told!.message, /belongs to root, and temper runs as user 1000/);
  assert.match(told!.remedy, /sudo chown -R 1000 '\/data\/my home'/);
});

test('a folder above the home is never to be given away', () => {
  const told = fileProblemWords(problem({ existing: { path: '/', owner: 0 } }));
  assert.doesNotMatch(told!.remedy, /chown/);
  assert.match(told!.remedy, /Set TEMPER_HOME and TEMPER_CACHE/);
});

test('a cache of another user is shared, not taken over', () => {
  const within = { variable: 'TEMPER_CACHE', path: '/srv/cache' } as const;
  const told = fileProblemWords(
    problem({ path: '/srv/cache/python/x', within, existing: { path: '/srv/cache', owner: 7 } }),
  );
  assert.equal(
    told!.remedy,
    'Let user 7 run `chmod -R a+rX /srv/cache`, or set TEMPER_CACHE to a folder of this user.',
  );
});

test('a file of the user whose mode forbids it gets a chmod', () => {
  assert.match(
    fileProblemWords(problem({ existing: { path: '/data/my home/runs', owner: 1000 } }))!.remedy,
    /chmod -R u\+rwX/,
  );
});

test('each refusal of the system has its sentence, its code and a thing to do', () => {
  const expected: Record<string, RegExp> = {
    EROFS: /read-only/,
    ENOSPC: /disk of .* is full/,
    EDQUOT: /quota/,
    EMFILE: /too many files/,
    ENAMETOOLONG: /too long/,
    EIO: /does not answer \(EIO\)/,
    ESTALE: /does not answer/,
    ENOTDIR: /cannot be a folder/,
    EFBIG: /larger than its file system allows/,
  };
  for (const [code, words] of Object.entries(expected)) {
    const told = fileProblemWords(problem({ code }))!;
    assert.match(told.message, words);
    assert.ok(told.code in errors);
    assert.match(told.remedy, /\.$/);
    assert.doesNotMatch(told.remedy, /report/);
  }
  assert.match(fileProblemWords({ code: 'ENOSPC', path: '/usb/own', user: 1000 })!.remedy, /folder on another disk/);
  assert.match(fileProblemWords(problem({ code: 'ENOSPC', isOutOfEntries: true }))!.message, /no entry left/);
  assert.equal(fileProblemWords(problem({ code: 'ENOENT' })), undefined);
});
