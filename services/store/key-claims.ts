import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { machineId } from '../machine/machine-id.ts';
import { isAlive, markOf, type ProcessMark } from '../machine/process-mark.ts';
import { stagingName } from './staging-folders.ts';

/** The attempt that computes the result of a key. */
export interface Holder {
  runId: string;
  step: string;
  /** As `machineId` says. */
  machine: string;
  process: ProcessMark;
  /** Id of the claim: an abandoned attempt must not release the claim of its successor. */
  id: string;
  /** How long the claim stays reserved for the next attempt of the same step, in milliseconds, once this one ended or its process died. */
  graceMs: number;
  /** The attempt has ended, and the same step will try again. */
  isLeft?: boolean;
}

/** A holder touches its claim this often. */
const touchIntervalMs = 10_000;
/** A claim of another host is free when it was not touched for this long. */
const maxSilenceMs = 120_000;
/** A claim that cannot be read is being written; after this long, its writer was killed. */
const maxWritingMs = 5_000;

const held = new Set<string>();
let own: ProcessMark | undefined;

/**
 * Lets one of several equal steps compute a result while the others wait. The file `store/claims/<key>` names the holder
 * and exists only during an attempt. It saves work and protects nothing: if two steps compute at once (two hosts take
 * over a claim in the same instant), they publish equal artifacts.
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
    }, touchIntervalMs).unref();
  }

  /** Returns the claim, or its holder. Takes it over from an earlier attempt of the same step, a dead process or a silent host. */
  static async take(
    store: string,
    key: string,
    me: Pick<Holder, 'runId' | 'step' | 'graceMs'>,
  ): Promise<KeyClaim | Holder> {
    const file = place(store, key);
    own ??= markOf(process.pid) ?? { pid: process.pid, start: '' };
    const holder: Holder = { ...me, machine: machineId(), process: own, id: randomUUID() };
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

  /** The step of another run that is computing this result, if there is one. */
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

  /** Reserves the claim for the next attempt of the same step, which continues from what this one saved. */
  async leave(): Promise<void> {
    if (await this.#end()) await writeFile(this.#file, JSON.stringify({ ...this.#holder, isLeft: true }));
  }

  /** Returns false if another attempt has taken the claim over. */
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
  /** Milliseconds since the last touch, by the clock of the store's file system. */
  age: number;
}

async function look(store: string, file: string): Promise<Seen | undefined> {
  try {
    const [text, { mtimeMs }] = [await readFile(file, 'utf8'), await stat(file)];
    const holder = parse(text);
    const now = !holder || holder.machine === machineId() ? Date.now() : await clockOf(store);
    // A touch within this millisecond may lie a fraction of it ahead of the clock.
    return { text, holder, age: Math.max(0, now - mtimeMs) };
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

/** Clocks of hosts differ: the time stamp of a new file tells the clock of the store's file system. */
async function clockOf(store: string): Promise<number> {
  const probe = join(store, 'staging', stagingName('clock'));
  await mkdir(dirname(probe), { recursive: true });
  await writeFile(probe, '');
  const { mtimeMs } = await stat(probe);
  await rm(probe, { force: true });
  return mtimeMs;
}

function isFree({ holder, age }: Seen, me: Pick<Holder, 'runId' | 'step'>): boolean {
  if (!holder) return age > maxWritingMs;
  if (holder.runId === me.runId && holder.step === me.step) return true;
  if (holder.isLeft) return age >= holder.graceMs;
  if (holder.machine !== machineId()) return age > maxSilenceMs;
  const works = holder.process.pid === process.pid ? held.has(holder.id) : isAlive(holder.process);
  return !works && age >= holder.graceMs;
}

/** Removes a free claim. If another process took it over meanwhile, puts that claim back. */
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
