import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Identifies a process for good: the system reuses pids, but not a pid with its start time. */
export interface ProcessMark {
  pid: number;
  /** Linux: boot id and start in clock ticks since boot. Elsewhere: the start time that `ps` prints. */
  start: string;
}

let bootId: string | undefined;

/** Undefined if there is no such process, or it is a zombie. */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    if (process.platform !== 'linux') {
      const [state, ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .split(/\s+/);
      return state?.startsWith('Z') ? undefined : { pid, start: start.join(' ') };
    }
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, start: `${bootId}:${fields[19]}` };
  } catch {
    return undefined;
  }
}

export const isAlive = (mark: ProcessMark): boolean => markOf(mark.pid)?.start === mark.start;
