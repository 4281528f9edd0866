import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunState } from '../core/run-state.ts';
import { nearest } from '../core/suggest.ts';
import { UserError } from './user-error.ts';

/** `<pipeline>-<yyyymmdd-hhmmss>-<rand>`, in local time. */
export function newRunId(pipeline: string, now: Date = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const random = Math.random().toString(36).slice(2, 6).padEnd(4, '0');
  return `${pipeline}-${day}-${time}-${random}`;
}

const stamp = /-(\d{8}-\d{6})-\w+$/;

/** Run ids this home has a folder for, newest first. */
export async function knownRuns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => stamp.test(name)).sort((a, b) => stamp.exec(b)![1]!.localeCompare(stamp.exec(a)![1]!));
}

/** Turns `@latest`, a full id or an unmistakable beginning of one into a run id. */
export async function resolveRun(folder: string, text: string): Promise<string> {
  const runs = await knownRuns(folder);
  if (runs.length === 0) throw new UserError('there are no runs yet; start one with `npx temper run FILE`');
  if (text === '@latest') return runs[0]!;
  if (runs.includes(text)) return text;
  const fitting = runs.filter((run) => run.startsWith(text));
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length > 1)
    throw new UserError(`"${text}" fits ${fitting.length} runs; the newest: ${fitting.slice(0, 5).join(', ')}`);
  const near = nearest(text, runs) ?? runs[0]!;
  throw new UserError(`there is no run "${text}"; did you mean ${near}? \`npx temper ps\` lists all`);
}

/** The record a closed run leaves. */
export async function readRecord(folder: string, runId: string): Promise<RunState | undefined> {
  return await readFile(join(folder, runId, 'run.json'), 'utf8').then(
    (text) => JSON.parse(text) as RunState,
    () => undefined,
  );
}
