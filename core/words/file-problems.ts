import type { ErrorCode } from '../errors/catalogue.ts';
import type { FileProblem } from '../file-problem.ts';

interface Told {
  code: ErrorCode;
  message: string;
  remedy: string;
}

/** What happened to a file and what to do; undefined for a code that says nothing of the machine, such as `ENOENT`. */
export function fileProblemWords(problem: FileProblem): Told | undefined {
  const { code, path } = problem;
  const elsewhere = `set ${problem.within?.variable ?? 'TEMPER_HOME'} to a folder that this user can write`;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'FILE_REFUSED',
        message: `temper may not use ${path}${ownerWords(problem)}`,
        remedy: ownerRemedy(problem),
      };
    case 'EROFS':
      return refused(`${path} lies on a read-only file system`, `Mount it writable, or ${elsewhere}.`);
    case 'ENOSPC':
      return problem.isOutOfEntries
        ? full(
            `the file system of ${path} has no entry left for another file`,
            'Delete files that nobody needs: `df -i` shows the entries.',
          )
        : full(
            `the disk of ${path} is full`,
            problem.within
              ? `Free space there, for example with \`npx temper gc\`, or ${elsewhere.replace('this user can write', 'is on a larger disk')}.`
              : 'Free space there, or work in a folder on another disk.',
          );
    case 'EDQUOT':
      return full(
        `the quota of this user is used up on the disk of ${path}`,
        `Delete files there, or ${elsewhere.replace('that this user can write', 'on another disk')}. \`quota -s\` shows the limit.`,
      );
    case 'EMFILE':
    case 'ENFILE':
      return refused(
        `too many files are open; ${path} is one more`,
        'Raise the limit with `ulimit -n 65536` in the shell that starts temper.',
      );
    case 'ENAMETOOLONG':
      return refused(`the path ${path} is too long for its file system`, `Use a shorter path, or ${elsewhere}.`);
    case 'EIO':
    case 'ESTALE':
    case 'ENOTCONN':
    case 'ETIMEDOUT':
      return refused(
        `the disk of ${path} does not answer (${code})`,
        'Check the disk or the network mount, for example with `dmesg`; then try again.',
      );
    case 'EEXIST':
    case 'ENOTDIR':
      return refused(`${path} cannot be a folder: a part of it is a file`, `Move that file away, or ${elsewhere}.`);
    case 'EFBIG':
      return refused(
        `${path} is larger than its file system allows`,
        `FAT32 holds files of at most 4 GB: ${elsewhere} on another file system.`,
      );
    default:
      return undefined;
  }
}

const refused = (message: string, remedy: string): Told => ({ code: 'FILE_REFUSED', message, remedy });
const full = (message: string, remedy: string): Told => ({ code: 'DISK_FULL', message, remedy });

function ownerWords({ existing, path, user }: FileProblem): string {
  if (!existing) return '';
  const what = existing.path === path ? 'it' : existing.path;
  if (existing.owner === user) return `: ${what} belongs to this user, and its mode forbids it`;
  return `: ${what} belongs to ${userWords(existing.owner)}, and temper runs as ${userWords(user)}`;
}

const userWords = (id: number) => (id === 0 ? 'root' : `user ${id}`);

function ownerRemedy({ existing, within, user }: FileProblem): string {
  const variable = within?.variable ?? 'TEMPER_HOME';
  // Only what is temper's own is to be given away: the folder above it may be a whole system's.
  if (!existing || !within || !existing.path.startsWith(within.path))
    return 'Set TEMPER_HOME and TEMPER_CACHE to folders that this user can write.';
  if (existing.owner === user) return `Run \`chmod -R u+rwX ${quoted(within.path)}\`.`;
  // A cache may serve several users; each only reads what another has put there.
  if (variable === 'TEMPER_CACHE')
    return `Let ${userWords(existing.owner)} run \`chmod -R a+rX ${quoted(within.path)}\`, or set TEMPER_CACHE to a folder of this user.`;
  return `Run \`sudo chown -R ${user} ${quoted(within.path)}\`, or set ${variable} to a folder of this user.`;
}

const quoted = (path: string) => (/^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
