import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectTemporal } from '../../../services/temporal/connect.ts';
import { median } from './median.ts';
import { runDocument } from './plans.ts';
import type { BenchStack } from './stack.ts';
import { perStep, type TimeParts, timeParts } from './time-parts.ts';

/** A chain of real `run` steps under the real command. Times of a step in milliseconds. */
export interface RunSteps {
  what: string;
  steps: number;
  seconds: number;
  per_step: TimeParts;
}

/** The same pipeline again, unchanged. Seconds: in all, before its workflow starts, of the run, and after it. */
export interface Unchanged {
  steps: number;
  seconds: number;
  before: number;
  run: number;
  after: number;
  limit: number;
}

/** Goal for an unchanged run of 100 steps, in seconds from start to exit. */
const unchangedLimit = 1;

export async function measureRunSteps(stack: BenchStack, steps: number, published: boolean): Promise<RunSteps> {
  const file = documentFile(stack, published);
  await writeFile(file, runDocument(steps, String(Date.now()), published));
  const { seconds, stdout } = await stack.command('run', file);
  const { events } = await historyOf(stack, stdout);
  const what = published ? 'a process, its output published and read by the next' : 'a process that does nothing';
  return { what, steps, seconds, per_step: perStep(timeParts(events), steps) };
}

/** Needs a call of `measureRunSteps` with `published` before it. */
export async function measureUnchanged(stack: BenchStack, steps: number, rounds: number): Promise<Unchanged> {
  const all: { seconds: number; before: number; run: number; after: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { seconds, startedAt, stdout } = await stack.command('run', documentFile(stack, true));
    const { startTime, closeTime } = await historyOf(stack, stdout);
    const [before, run] = [(startTime - startedAt) / 1000, (closeTime - startTime) / 1000];
    all.push({ seconds, before, run, after: seconds - before - run });
  }
  const of = (what: 'seconds' | 'before' | 'run' | 'after') => median(all.map((each) => each[what]));
  const parts = { before: of('before'), run: of('run'), after: of('after') };
  return { steps, seconds: of('seconds'), ...parts, limit: unchangedLimit };
}

/** Times `--version` and `validate`. Medians in seconds. */
export async function measureStart(stack: BenchStack, pipeline: string, times: number) {
  const medianOf = async (...args: string[]) => {
    const all: number[] = [];
    for (let time = 0; time < times; time++) all.push((await stack.command(...args)).seconds);
    return median(all);
  };
  // The first starts fill the caches of compiled code.
  for (const _ of [1, 2]) await stack.command('validate', pipeline);
  return { version: await medianOf('--version'), validate: await medianOf('validate', pipeline), times };
}

const documentFile = (stack: BenchStack, published: boolean) =>
  join(stack.home.root, published ? 'published.yaml' : 'process.yaml');

async function historyOf(stack: BenchStack, stdout: string) {
  const runId = /^\S+-\d{8}-\d{6}-\S+/m.exec(stdout)?.[0];
  if (!runId) throw new Error(`no run id in:\n${stdout}`);
  const { client, close } = await connectTemporal(stack.home, {});
  try {
    const handle = client.workflow.getHandle(runId);
    const { startTime, closeTime } = await handle.describe();
    const events = (await handle.fetchHistory()).events ?? [];
    return { startTime: startTime.getTime(), closeTime: closeTime!.getTime(), events };
  } finally {
    await close();
  }
}
