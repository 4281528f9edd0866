import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from '../../../core/errors/catalogue.ts';
import { causeOfEnd, codeOfSystemError } from '../../../core/errors/foreign-errors.ts';

const systemError = (code: string) => Object.assign(new Error(code), { code });

for (const [code, expected] of [
  ['EMFILE', 'MACHINE_LIMIT'],
  ['ENOMEM', 'MACHINE_LIMIT'],
  ['ENOSPC', 'DISK_FULL'],
  ['EROFS', 'FILE_REFUSED'],
  ['EIO', 'DISK_FAILED'],
  ['ECONNREFUSED', 'NETWORK_FAILED'],
  ['ETIMEDOUT', 'NETWORK_FAILED'],
  ['EADDRINUSE', 'PORT_TAKEN'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'CERTIFICATE_REFUSED'],
] as const)
  test(`${code} is ${expected}, also as the cause of another error`, () => {
    assert.equal(codeOfSystemError(systemError(code)), expected);
    assert.equal(codeOfSystemError(new Error('fetch failed', { cause: systemError(code) })), expected);
  });

test('an error without a code of the system has none', () => {
  assert.equal(codeOfSystemError(new Error('x')), undefined);
  assert.equal(codeOfSystemError('x'), undefined);
  assert.equal(codeOfSystemError(systemError('constructor')), undefined);
});

for (const [what, end, expected] of [
  ['the kernel kills a program', { killedBy: 'SIGKILL', lastLines: '' }, /main memory runs out/],
  ['the kernel kills the program of a shell', { exitCode: 137, lastLines: 'Killed' }, /main memory runs out/],
  ['a processor lacks instructions', { killedBy: 'SIGILL', lastLines: '' }, /instructions that this processor lacks/],
  [
    'a shared library is missing',
    { exitCode: 127, lastLines: './tool: error while loading shared libraries: libgomp.so.1: cannot open' },
    /holds the library `libgomp\.so\.1`/,
  ],
  [
    'a system is older than the program',
    { exitCode: 1, lastLines: "/lib/libm.so.6: version `GLIBC_2.38' not found (required by ./tool)" },
    /it needs `GLIBC_2\.38`/,
  ],
  [
    'a script imports a package that is not there',
    { exitCode: 1, lastLines: "ModuleNotFoundError: No module named 'pandas'" },
    /has no package `pandas`/,
  ],
  [
    'a device is full',
    { exitCode: 1, lastLines: 'torch.OutOfMemoryError: CUDA out of memory.' },
    /device ran out of memory/,
  ],
  [
    'a command is unknown',
    { exitCode: 127, lastLines: 'bash: line 1: jq: command not found' },
    /Install the program `jq`/,
  ],
  ['a command is unknown to sh', { exitCode: 127, lastLines: 'sh: 1: jq: not found' }, /Install the program `jq`/],
  ['a script is not executable', { exitCode: 126, lastLines: '' }, /chmod \+x/],
] as const)
  test(`${what}: the remedy says so`, () => assert.match(causeOfEnd(end).remedy ?? '', expected));

test('a program that fails for a reason of its own has no cause', () =>
  assert.deepEqual(causeOfEnd({ exitCode: 1, lastLines: 'ValueError: bad score' }), {}));

test('no remedy asks for a report', () => {
  for (const [code, { remedy }] of Object.entries(errors)) assert.doesNotMatch(remedy, /\breport it\b|please/i, code);
});
