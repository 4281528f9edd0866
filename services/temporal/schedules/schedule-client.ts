import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Schedule } from './schedule.ts';
import { optionsOf, policies } from './schedule-options.ts';

export interface Found {
  schedule: Schedule;
  paused: boolean;
  note?: string;
  pipeline: string;
  info: ScheduleDescription['info'];
}

/** The owner of a schedule, stored in its memo, which cannot change later. */
interface Owner {
  temperHome: string;
  pipeline: string;
}

/** Reads and changes the schedules of one home on a Temporal server. Ignores the schedules of others. */
export class Schedules {
  readonly #client: Client;
  readonly #home: string;
  readonly #taskQueue: string;

  /** `orchestrator`: the queue on which the home's workflows run. */
  constructor(client: Client, of: { home: string; orchestrator: string }) {
    this.#client = client;
    this.#home = of.home;
    this.#taskQueue = of.orchestrator;
  }

  /** Returns undefined if there is none. Throws `NotOurs` if this home did not create it. */
  async find(id: string): Promise<Found | undefined> {
    try {
      const description = await this.#handle(id).describe();
      return this.#read(id, description);
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }

  /** Ids of the home's schedules, sorted. Temporal's list may lag by a second or so. */
  async ids(pipeline?: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { scheduleId, memo } of this.#client.schedule.list()) {
      const owner = memo as Partial<Owner> | undefined;
      if (owner?.temperHome !== this.#home) continue;
      if (pipeline === undefined || owner.pipeline === pipeline) ids.push(scheduleId);
    }
    return ids.sort();
  }

  async create(schedule: Schedule): Promise<void> {
    const owner: Owner = { temperHome: this.#home, pipeline: schedule.input.plan.pipeline };
    await this.#client.schedule.create({ ...optionsOf(schedule, this.#taskQueue), memo: { ...owner } });
  }

  /** Keeps the pause and the record of past actions. */
  async update(schedule: Schedule): Promise<void> {
    await this.#handle(schedule.id).update(
      ({ state }) => ({ ...optionsOf(schedule, this.#taskQueue), state }) as never,
    );
  }

  /** Times at which it fires from `from` to `to`, both included, as the server computes them; at most a thousand. */
  async timesBetween(id: string, from: Date, to: Date): Promise<Date[]> {
    const stamp = (at: Date) => ({ seconds: Math.floor(at.getTime() / 1_000) }) as never;
    const { startTime } = await this.#client.workflowService.listScheduleMatchingTimes({
      namespace: this.#client.options.namespace,
      scheduleId: id,
      startTime: stamp(secondBefore(from)),
      endTime: stamp(to),
    });
    const times = (startTime ?? []).map(({ seconds }) => new Date(Number(seconds) * 1_000));
    return times.filter((at) => at >= from && at <= to);
  }

  async delete(id: string): Promise<void> {
    await this.#handle(id).delete();
  }

  async pause(id: string, note: string): Promise<void> {
    await this.#handle(id).pause(note);
  }

  async resume(id: string, note: string): Promise<void> {
    await this.#handle(id).unpause(note);
  }

  /** Fires now, with the schedule's own overlap policy: Temporal's default would start a second run beside an open one. */
  async trigger({ id, overlap }: Pick<Schedule, 'id' | 'overlap'>): Promise<void> {
    await this.#handle(id).trigger(policies[overlap]);
  }

  /** Fires for past times from `from` to `to`, both included, one run after the other. */
  async backfill(id: string, from: Date, to: Date): Promise<void> {
    await this.#handle(id).backfill({ start: secondBefore(from), end: to, overlap: ScheduleOverlapPolicy.BUFFER_ALL });
  }

  #handle(id: string) {
    return this.#client.schedule.getHandle(id);
  }

  #read(id: string, { memo, action, spec, policies: rules, state, info }: ScheduleDescription): Found {
    const owner = memo as Partial<Owner> | undefined;
    if (owner?.temperHome !== this.#home) throw new NotOurs(id, owner?.temperHome);
    const document = (action.memo?.temperDocument ?? {}) as { digest?: string; cron?: string; until?: string };
    const input = (action.args as [Schedule['input']])[0];
    const overlap = Object.entries(policies).find(([, policy]) => policy === rules.overlap)?.[0] ?? rules.overlap;
    const limit = rules.pauseOnFailure ? 1 : input.schedule?.pauseOnFailure;
    return {
      pipeline: owner.pipeline!,
      schedule: {
        id,
        cron: document.cron ?? '',
        timezone: spec.timezone ?? 'UTC',
        overlap: overlap as Schedule['overlap'],
        catchup: rules.catchupWindow,
        jitter: spec.jitter ?? 0,
        ...(limit ? { pauseOnFailure: limit } : {}),
        ...(document.until ? { until: document.until } : {}),
        digest: document.digest ?? '',
        input,
      },
      paused: state.paused,
      ...(state.note ? { note: state.note } : {}),
      info,
    };
  }
}

/** Whether the server includes the start of a range depends on its version. */
const secondBefore = (at: Date) => new Date(at.getTime() - 1_000);

/** The schedule exists, and this home did not create it. */
export class NotOurs extends Error {
  constructor(id: string, home: string | undefined) {
    const whose = home === undefined ? 'was not created by temper' : `belongs to another home of temper (${home})`;
    super(`the schedule ${id} ${whose}; temper does not change it`);
  }
}
