import { createHash } from 'node:crypto';
import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { standardCatchup, type Timing } from '../core/cron.ts';
import type { ScheduleEntry } from '../core/document.ts';
import { milliseconds } from '../core/duration.ts';
import type { Plan } from '../core/plan.ts';
import { instantOf } from '../core/time-zone.ts';
import type { RunInput } from '../workflows/run-input.ts';
import { searchAttributesOf } from './search-attributes.ts';

/** Schedules of temper on a Temporal server: what one holds, and how it gets there. */

/** A schedule as a document wants it, or as Temporal has it; plain, so that the two can be compared. */
export interface Schedule {
  id: string;
  cron: string;
  timezone: string;
  overlap: ScheduleEntry['overlap'];
  /** Milliseconds, as all times here. */
  catchup: number;
  jitter: number;
  pauseOnFailure?: number;
  until?: string;
  /** Of the document's text. */
  digest: string;
  input: Omit<RunInput, 'runId'>;
}

export interface Found {
  schedule: Schedule;
  paused: boolean;
  note?: string;
  pipeline: string;
  info: ScheduleDescription['info'];
}

/** Whose a schedule is. Its memo holds this, and cannot be changed after it is made. */
interface Owner {
  temperHome: string;
  pipeline: string;
}

const policies = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer_one: ScheduleOverlapPolicy.BUFFER_ONE,
  cancel_other: ScheduleOverlapPolicy.CANCEL_OTHER,
} as const satisfies Record<ScheduleEntry['overlap'], ScheduleOverlapPolicy>;

/** What the entries of a document ask for. The first schedule is named like the pipeline, the others get numbers. */
export function wantedSchedules(
  plan: Plan,
  entries: readonly ScheduleEntry[],
  run: Pick<RunInput, 'queues' | 'heartbeat'>,
): Schedule[] {
  const digest = `sha256:${createHash('sha256').update(plan.document.text).digest('hex')}`;
  return entries.map((entry, index) => {
    const id = index === 0 ? plan.pipeline : `${plan.pipeline}-${index + 1}`;
    const limit = entry.pause_on_failure;
    return {
      id,
      cron: entry.cron.trim().split(/\s+/).join(' '),
      timezone: entry.timezone,
      overlap: entry.overlap,
      catchup: entry.catchup ? milliseconds(entry.catchup) : standardCatchup(entry.cron),
      jitter: entry.jitter ? milliseconds(entry.jitter) : 0,
      ...(limit ? { pauseOnFailure: limit } : {}),
      ...(entry.until ? { until: entry.until } : {}),
      digest,
      input: { ...run, plan, reuse: true, schedule: { id, ...(limit ? { pauseOnFailure: limit } : {}) } },
    };
  });
}

/** When it fires, for the calculations of `core/cron.ts`. */
export function timingOf({ cron, timezone, until }: Pick<Schedule, 'cron' | 'timezone' | 'until'>): Timing {
  return { cron, timezone, ...(until ? { end: endOf(until, timezone) } : {}) };
}

/** The last moment of a day. A midnight that the clocks skip is an hour later. */
function endOf(day: string, timezone: string): number {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
  const at = instantOf(next, timezone) ?? instantOf(new Date(next.getTime() + 3_600_000), timezone);
  return at!.getTime() - 1_000;
}

/** What Temporal is told. All that decides is set: its own defaults are a year of catching up, and UTC. */
function optionsOf(schedule: Schedule, taskQueue: string): Omit<ScheduleOptions, 'memo' | 'state'> {
  const { id, cron, timezone, until, input, digest } = schedule;
  const { document, pipeline, steps } = input.plan;
  return {
    scheduleId: id,
    spec: {
      cronExpressions: [cron],
      timezone,
      ...(schedule.jitter ? { jitter: schedule.jitter } : {}),
      ...(until ? { endAt: new Date(endOf(until, timezone)) } : {}),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'runPipeline',
      workflowId: id,
      taskQueue,
      args: [input],
      // Temporal takes a cron text apart and does not give it back.
      memo: { temperDocument: { digest, path: document.path, cron, ...(until ? { until } : {}) } },
      typedSearchAttributes: searchAttributesOf(input.plan),
      staticSummary: `${pipeline}: ${steps.length} steps`,
      staticDetails: ['```yaml', document.text.trimEnd().slice(0, 15_000), '```'].join('\n'),
    },
    policies: {
      overlap: policies[schedule.overlap],
      catchupWindow: schedule.catchup,
      pauseOnFailure: schedule.pauseOnFailure === 1,
    },
  };
}

/** Where temper's own schedules of one home are kept. Schedules of others it neither shows nor touches. */
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

  /** Undefined where there is none; throws `NotOurs` where somebody else has made it. */
  async find(id: string): Promise<Found | undefined> {
    try {
      const description = await this.#handle(id).describe();
      return this.#read(id, description);
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }

  /** Ids of the home's schedules, in their order. Temporal's list lags behind by a moment. */
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

  /** Whether it is paused, and what has fired, stays as it is. */
  async update(schedule: Schedule): Promise<void> {
    await this.#handle(schedule.id).update(
      ({ state }) => ({ ...optionsOf(schedule, this.#taskQueue), state }) as never,
    );
  }

  /** When it fires between two moments, both included, as its server says; a thousand times at most. */
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

  /** Temporal's own default would start it beside a run that still goes on. */
  async trigger({ id, overlap }: Pick<Schedule, 'id' | 'overlap'>): Promise<void> {
    await this.#handle(id).trigger(policies[overlap]);
  }

  /** Has it fire for times that have passed, one run after the other. Both ends are included. */
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

/** Whether the server includes the start of a time depends on its version. */
const secondBefore = (at: Date) => new Date(at.getTime() - 1_000);

/** A schedule of that name which this home has not made. */
export class NotOurs extends Error {
  constructor(id: string, home: string | undefined) {
    const whose = home === undefined ? 'was not made by temper' : `belongs to another home of temper (${home})`;
    super(`the schedule ${id} ${whose}, so it is left alone`);
  }
}
