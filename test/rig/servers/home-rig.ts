import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { Deps } from '../../../activities/engine/deps.ts';
import { notify } from '../../../activities/lifecycle/notify.ts';
import { pauseSchedule } from '../../../activities/lifecycle/pause-schedule.ts';
import { record } from '../../../activities/lifecycle/record.ts';
import type { Activities, PinInput, PinResult } from '../../../protocol/activities.ts';
import { type Home, openHome, queues } from '../../../services/machine/home.ts';
import { HeldSteps } from '../held-steps.ts';
import { type Ended, temper } from '../temper.ts';
import { WorkflowRig } from './workflow-rig.ts';

/** A home of a test's own on a real server, for commands that people type. Steps wait to be told how they end. */
export class HomeRig {
  readonly rig: WorkflowRig;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly home: Home;

  private constructor(rig: WorkflowRig, folder: string) {
    this.rig = rig;
    this.folder = folder;
    const address = rig.server.address;
    this.env = {
      TEMPER_HOME: join(folder, 'home'),
      XDG_CONFIG_HOME: folder,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_PROFILE: '',
      TZ: 'UTC',
    };
    this.home = openHome(this.env);
  }

  static async start(): Promise<HomeRig> {
    const folder = await mkdtemp(join(tmpdir(), 'temper-home-'));
    return new HomeRig(await WorkflowRig.start(), folder);
  }

  async stop(): Promise<void> {
    await this.rig.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A pin that finds nothing to read and nothing done. */
  async pin({ runId, plan }: PinInput): Promise<PinResult> {
    const folder = join(this.home.runs, runId);
    await mkdir(folder, { recursive: true });
    await rm(join(folder, 'run.json'), { force: true });
    await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
    return { pins: { files: {}, bases: {}, models: {} }, reused: {} };
  }

  /** Real workers of the home with real records; `over` replaces single activities. */
  async withSteps(look: (steps: HeldSteps) => Promise<void>, over: Partial<Activities> = {}): Promise<void> {
    const steps = new HeldSteps();
    const { runs, secrets } = this.home;
    const deps = { runs, secrets, python: process.execPath, hooks: {} } as Deps;
    const activities = steps.activities({
      pin: async (input) => await this.pin(input),
      record: record(deps),
      pauseSchedule: pauseSchedule(deps),
      notify: notify(deps),
      ...over,
    });
    await this.rig.withWorkers(queues(this.home), activities, async () => await look(steps));
  }

  /** Runs `temper`; anything but success is a failure of the test. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.temper(...args);
    assert.equal(code, 0, stderr + stdout);
    return stdout;
  }

  async temper(...args: string[]): Promise<Ended> {
    return await temper(args, this.env);
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }
}

/** How a step fails for good. */
export const broken = () =>
  ApplicationFailure.create({
    type: 'BAD_DATA',
    message: 'no rows',
    nonRetryable: true,
    details: [{ remedy: 'add some' }],
  });
