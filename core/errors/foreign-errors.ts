import type { ErrorCode } from './catalogue.ts';

/** Codes of the system and of Node.js → ours. `explainFileError` knows more of those that are about a file. */
const bySystemCode: Readonly<Partial<Record<string, ErrorCode>>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EACCES: 'FILE_REFUSED',
  EPERM: 'FILE_REFUSED',
  EROFS: 'FILE_REFUSED',
  EMFILE: 'MACHINE_LIMIT',
  ENFILE: 'MACHINE_LIMIT',
  ENOMEM: 'MACHINE_LIMIT',
  EAGAIN: 'MACHINE_LIMIT',
  ERR_WORKER_OUT_OF_MEMORY: 'MACHINE_LIMIT',
  EIO: 'DISK_FAILED',
  ESTALE: 'DISK_FAILED',
  EUCLEAN: 'DISK_FAILED',
  ENXIO: 'DISK_FAILED',
  ENOTCONN: 'DISK_FAILED',
  EREMOTEIO: 'DISK_FAILED',
  ECONNREFUSED: 'NETWORK_FAILED',
  ECONNRESET: 'NETWORK_FAILED',
  ECONNABORTED: 'NETWORK_FAILED',
  ETIMEDOUT: 'NETWORK_FAILED',
  EHOSTUNREACH: 'NETWORK_FAILED',
  ENETUNREACH: 'NETWORK_FAILED',
  ENETDOWN: 'NETWORK_FAILED',
  ENOTFOUND: 'NETWORK_FAILED',
  EAI_AGAIN: 'NETWORK_FAILED',
  EPROTO: 'NETWORK_FAILED',
  UND_ERR_CONNECT_TIMEOUT: 'NETWORK_FAILED',
  UND_ERR_HEADERS_TIMEOUT: 'NETWORK_FAILED',
  UND_ERR_BODY_TIMEOUT: 'NETWORK_FAILED',
  UND_ERR_SOCKET: 'NETWORK_FAILED',
  EADDRINUSE: 'PORT_TAKEN',
  EADDRNOTAVAIL: 'NETWORK_FAILED',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'CERTIFICATE_REFUSED',
  SELF_SIGNED_CERT_IN_CHAIN: 'CERTIFICATE_REFUSED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'CERTIFICATE_REFUSED',
  UNABLE_TO_GET_ISSUER_CERT: 'CERTIFICATE_REFUSED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'CERTIFICATE_REFUSED',
  CERT_HAS_EXPIRED: 'CERTIFICATE_REFUSED',
  CERT_NOT_YET_VALID: 'CERTIFICATE_REFUSED',
  ERR_TLS_CERT_ALTNAME_INVALID: 'CERTIFICATE_REFUSED',
};

/** The code of an error of the system, or of one that caused it: `fetch` wraps them. */
export function codeOfSystemError(error: unknown): ErrorCode | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException;
    const known = code !== undefined && Object.hasOwn(bySystemCode, code) ? bySystemCode[code] : undefined;
    if (known) return known;
  }
  return undefined;
}

/** Why a program ended badly, as the loader, the shell, Python or a library says it, and what to do. */
const byOutput: readonly (readonly [RegExp, ErrorCode | undefined, remedy: string])[] = [
  [/error while loading shared libraries: ([^\s:]+)/, 'TOOL_MISSING', 'Install the package that holds the library $1.'],
  [
    /`?(GLIBC(?:XX)?_[\d.]+)'? not found/,
    'TOOL_MISSING',
    'This system is older than the program: it needs $1. Update the system, or use a build for it.',
  ],
  [
    /(?:Exec format error|ENOEXEC)/,
    undefined,
    'The program is for another kind of processor, or a script without a `#!` line.',
  ],
  [
    /Illegal instruction/,
    'TOOL_MISSING',
    'The program uses instructions that this processor lacks; it needs another build.',
  ],
  [
    /CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|cudaMalloc failed: out of memory/,
    undefined,
    'The device ran out of memory. End other programs that use it, or load less at once.',
  ],
  [
    /\bMemoryError\b|Cannot allocate memory|std::bad_alloc/,
    undefined,
    'Main memory ran out. Read or load less at once, or end other programs.',
  ],
  [
    /no kernel image is available|CUDA driver version is insufficient|CUDA error: |NVML: Driver\/library version mismatch/,
    'DEVICE_FAILED',
    '',
  ],
  [/No space left on device|Disk quota exceeded/, 'DISK_FULL', ''],
  [/Too many open files/, 'MACHINE_LIMIT', ''],
  [/Input\/output error|Stale file handle/, 'DISK_FAILED', ''],
  [/CERTIFICATE_VERIFY_FAILED|certificate verify failed|self[- ]signed certificate/i, 'CERTIFICATE_REFUSED', ''],
  [/[Aa]ddress already in use/, undefined, 'Another program uses the port; end it, or choose another port.'],
  [
    /ModuleNotFoundError: No module named '([^']+)'/,
    undefined,
    'The Python that runs has no package `$1`. `python` is the one of temper; name your own by its path, or put the package beside the script.',
  ],
  [/ImportError: (.{1,200})/, undefined, 'Python found a package that it cannot load: $1.'],
  [
    /(\S+): command not found|(?:sh|bash): (?:\d+: |line \d+: )?(\S+): not found/,
    undefined,
    'Install the program $1$2, or correct its name.',
  ],
  [
    /[Pp]ermission denied/,
    undefined,
    'The user that runs temper may not read, write or start a file that the lines name.',
  ],
  [
    /Temporary failure in name resolution|Could not resolve host|Connection refused|Network is unreachable/,
    undefined,
    'A server does not answer: check the network, the address and the proxy variables.',
  ],
];

/** What the end of a program says about its cause. `code` is absent where the program is a person's own. */
export interface Cause {
  code?: ErrorCode;
  remedy?: string;
}

/** Finds the cause of a program's end in its signal, its exit code and its last lines; empty where none is known. */
export function causeOfEnd(end: {
  killedBy?: string | undefined;
  exitCode?: number | undefined;
  lastLines: string;
}): Cause {
  const bySignal = end.killedBy ?? signals[(end.exitCode ?? 0) - 128];
  const known = bySignal === undefined ? undefined : bySignals[bySignal];
  if (known) return known;
  for (const [pattern, code, remedy] of byOutput) {
    const match = pattern.exec(end.lastLines);
    if (!match) continue;
    const filled = remedy
      .replaceAll(/\$(\d)/g, (_, group: string) => (match[Number(group)] ? `\`${match[Number(group)]}\`` : ''))
      .replaceAll('``', '`');
    return { ...(code ? { code } : {}), ...(filled ? { remedy: filled } : {}) };
  }
  if (end.exitCode === 126) return { remedy: 'The program may not be started: make it executable with `chmod +x`.' };
  if (end.exitCode === 127) return { remedy: 'Install the program, or correct its name.' };
  return {};
}

/** A shell adds 128 to the number of the signal that ended its program. */
const signals: Readonly<Record<number, string>> = { 4: 'SIGILL', 7: 'SIGBUS', 9: 'SIGKILL', 11: 'SIGSEGV' };

const bySignals: Readonly<Record<string, Cause>> = {
  SIGKILL: {
    code: 'KILLED',
    remedy:
      'The system kills a program when main memory runs out; `dmesg` then names it. Load less at once, or give the machine or its container more memory. The step is retried.',
  },
  SIGILL: {
    code: 'TOOL_MISSING',
    remedy: 'The program uses instructions that this processor lacks; it needs another build, or another machine.',
  },
  SIGSEGV: {
    code: 'KILLED',
    remedy:
      'The program crashed in native code: its libraries, or the driver of the device, do not fit. The step is retried.',
  },
  SIGBUS: {
    code: 'KILLED',
    remedy:
      'A file that the program had open became shorter, or shared memory ran out (`/dev/shm` of a container). The step is retried.',
  },
};
