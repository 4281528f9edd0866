import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive, markOf, type ProcessMark } from '../machine/process-mark.ts';
import { stagingName } from './staging-folders.ts';

/** Who makes what a key stands for. */
export interface Holder {
  runId: string;
  step: string;
  host: string;
  process: ProcessMark;
  /** Of this one claim: an attempt that was given up must not release its successor's. */
  id: string;
  /** How long the claim waits, in milliseconds, for another attempt of the same step after it was left or its process died. */
  graceMs: number;
  /** The attempt has ended, and another of the same step is expected. */
  isLeft?: boolean;
}

/** How often a holder shows that it lives, and how long one of another host may be silent before it counts as gone. Milliseconds. */
const [touchEvery, longestSilence] = [10_000, 120_000];
/** A claim that cannot be read is being written, or its writer was killed in that moment. */
const longestWriting = 5_000;

const held = new Set<string>();
let own: ProcessMark | undefined;

/**
 * Of equal steps of several runs one works; the file `store/claims/<key>` says which. It stands only while an attempt is
 * carried out. It saves work and guards nothing: where two work all the same (a store shared by hosts, taken over in the
 * same instant), they publish equal artifacts.
 */
export class KeyClaim {
  readonly #file: string;
  readonly #holder: Holder;
  readonly #timer: NodeJS.Timeout;

  private constructor(file: string, holder: Holder) {
    this.#file = file;
    this.#holder = holder;
    held.add(holder.id);
    this.#timer = setInterval(() => {
      const now = new Date();
      void utimes(file, now, now).catch(() => {});
    }, touchEvery).unref();
  }

  /** The claim, or who has it. The earlier attempt of the same step, a dead process and a silent host have it no longer. */
  static async take(
    store: string,
    key: string,
    me: Pick<Holder, 'runId' | 'step' | 'graceMs'>,
  ): Promise<KeyClaim | Holder> {
    const file = place(store, key);
    own ??= markOf(process.pid) ?? { pid: process.pid, start: '' };
    const holder: Holder = { ...me, host: hostname(), process: own, id: randomUUID() };
    await mkdir(dirname(file), { recursive: true });
    for (;;) {
      try {
        await writeFile(file, JSON.stringify(holder), { flag: 'wx' });
        return new KeyClaim(file, holder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const seen = await look(store, file);
      if (seen && !isFree(seen, me)) return seen.holder ?? { ...holder, runId: 'another run', step: me.step };
      if (seen) await putAside(store, file, seen);
    }
  }

  /** Who makes the same at this moment, if anybody but the step itself does. */
  static async holderOf(
    store: string,
    key: string,
    me: Pick<Holder, 'runId' | 'step'>,
  ): Promise<Pick<Holder, 'runId' | 'step'> | undefined> {
    const seen = await look(store, place(store, key));
    return seen && !isFree(seen, me) ? (seen.holder ?? { runId: 'another run', step: me.step }) : undefined;
  }

  async release(): Promise<void> {
    if (await this.#end()) await rm(this.#file, { force: true });
  }

  /** Lets go for another attempt of the same step, which will go on from what this one has saved. */
  async leave(): Promise<void> {
    if (await this.#end()) await writeFile(this.#file, JSON.stringify({ ...this.#holder, isLeft: true }));
  }

  /** Whether it is still ours. */
  async #end(): Promise<boolean> {
    clearInterval(this.#timer);
    held.delete(this.#holder.id);
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    return text.includes(this.#holder.id);
  }
}

const place = (store: string, key: string) => join(store, 'claims', `${key.replace('sha256:', '')}.json`);

interface Seen {
  text: string;
  holder: Holder | undefined;
  /** Milliseconds since its holder last showed itself, by the clock of the store's file system. */
  age: number;
}

async function look(store: string, file: string): Promise<Seen | undefined> {
  try {
    const [text, { mtimeMs }] = [await readFile(file, 'utf8'), await stat(file)];
    const holder = parse(text);
    const now = !holder || holder.host === hostname() ? Date.now() : await clockOf(store);
    return { text, holder, age: now - mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

/** Clocks of hosts differ; what a file is stamped with now tells the one that counts. */
async function clockOf(store: string): Promise<number> {
  const probe = join(store, 'staging', stagingName('clock'));
  await mkdir(dirname(probe), { recursive: true });
  await writeFile(probe, '');
  const { mtimeMs } = await stat(probe);
  await rm(probe, { force: true });
  return mtimeMs;
}

function isFree({ holder, age }: Seen, me: Pick<Holder, 'runId' | 'step'>): boolean {
  if (!holder) return age > longestWriting;
  if (holder.runId === me.runId && holder.step === me.step) return true;
  if (holder.isLeft) return age > holder.graceMs;
  if (holder.host !== hostname()) return age > longestSilence;
  const works = holder.process.pid === process.pid ? held.has(holder.id) : isAlive(holder.process);
  return !works && age > holder.graceMs;
}

/** Renamed and looked at again: somebody else may have taken it over since, and then gets it back. */
async function putAside(store: string, file: string, seen: Seen): Promise<void> {
  const aside = join(store, 'staging', stagingName('claim'));
  await mkdir(dirname(aside), { recursive: true });
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const text = await readFile(aside, 'utf8').catch(() => '');
  if (text !== seen.text) await writeFile(file, text, { flag: 'wx' }).catch(() => {});
  await rm(aside, { force: true });
}
