import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Claim, claim } from '../machine/claim.ts';
import { explainFileError } from '../machine/files/explain-file-error.ts';
import { type Home, openHome } from '../machine/home.ts';
import { markOf } from '../machine/process-mark.ts';
import { keptSettings } from '../settings/since-up.ts';
import { connect, type NamedTemporal, namedTemporal, temperNamespace } from '../temporal/connect.ts';
import { ensureNamespace } from '../temporal/namespace.ts';
import { endLeftovers } from './leftovers.ts';
import { rotateLog } from './log-file.ts';
import { connectToNamed, stateOfNamed } from './named-temporal.ts';
import { findRunningOllama, ollamaService } from './ollama-service.ts';
import { notNeeded, type StackPlan, supervisorName } from './plan.ts';
import { usualPort } from './ports.ts';
import { Service } from './service.ts';
import { readState, removeState, type StackState, stackState, writeState } from './state.ts';
import { temporalService } from './temporal-service.ts';
import { workerService } from './worker-service.ts';

const rotateEvery = 30_000;

/** Run as: temper supervise PLAN. Keeps the services of a home running until SIGTERM; `up` starts it, detached. */
export async function supervise(planText: string): Promise<number> {
  const home = openHome();
  const held = await claim(supervisorName(home));
  // The claim is known within one network namespace; the state file also tells of a supervisor in another.
  if (!held || (await stackState(home))) return notNeeded;
  const before = await readState(home);
  if (before) await endLeftovers(before, (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`));
  const plan = JSON.parse(planText) as StackPlan;
  return await new Supervisor(home, plan, held).run();
}

class Supervisor {
  #home: Home;
  #plan: StackPlan;
  #held: Claim;
  #state: StackState;
  #services: Service[] = [];
  #releases: (() => Promise<void>)[] = [];
  #stopped!: () => void;
  #stop = new Promise<void>((resolve) => {
    this.#stopped = resolve;
  });
  #connection: Promise<Connection> | undefined;

  constructor(home: Home, plan: StackPlan, held: Claim) {
    this.#home = home;
    this.#plan = plan;
    this.#held = held;
    const { temporal, ollama, python } = plan.programs;
    this.#state = {
      supervisor: markOf(process.pid)!,
      phase: 'starting',
      codeVersion: plan.codeVersion,
      notes: [],
      settings: keptSettings(process.env, home.id),
      services: {},
      temporal: { own: true, namespace: temperNamespace },
      addresses: { temporal: '', ollama: '', ollamaOwn: '' },
      binaries: {
        ...(temporal ? { temporal: temporal.path } : {}),
        ...(ollama ? { ollama: ollama.path } : {}),
        ...(python ? { python: python.path } : {}),
      },
    };
  }

  async run(): Promise<number> {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // The terminal's end is none of this process's business.
        if (signal === 'SIGHUP' || asked) return;
        asked = true;
        this.#stopped();
      });
    }
    this.#write();
    const rotation = setInterval(() => this.#rotate(), rotateEvery);
    let failure: string | undefined;
    try {
      const stop = this.#stop.then(() => 'stop' as const);
      if ((await Promise.race([this.#bringUp(), stop])) !== 'stop') {
        this.#say('everything answers');
        this.#state.phase = 'ready';
        this.#write();
        await stop;
      }
    } catch (error) {
      const told = error instanceof TemperError ? error : explainFileError(error);
      failure = told ? `${told.message}\n${told.remedy}` : (error as Error).message;
      this.#say(`giving up: ${failure}`);
    }
    this.#state.phase = 'stopping';
    this.#write();
    await this.#takeDown();
    clearInterval(rotation);
    if (failure === undefined) removeState(this.#home);
    else {
      this.#state = { ...this.#state, phase: 'failed', failure };
      this.#write();
    }
    await this.#held.release();
    return failure === undefined ? 0 : 1;
  }

  async #bringUp(): Promise<void> {
    await Promise.all([this.#startTemporal(), this.#startOllama()]);
    await Promise.all(
      this.#plan.workers.map((worker) =>
        this.#keep(
          workerService({
            home: this.#home,
            worker,
            log: this.#log(worker.name),
            namespace: this.#state.temporal.namespace,
            connection: () => this.#connect(),
          }),
        ),
      ),
    );
  }

  async #startTemporal(): Promise<void> {
    const named = namedTemporal();
    if (named) return await this.#useNamedTemporal(named);
    const program = this.#plan.programs.temporal;
    if (!program || !this.#plan.services.includes('temporal')) return;
    let before: string | undefined;
    const { spec, release } = temporalService({
      home: this.#home,
      program,
      log: this.#log('temporal'),
      namespace: temperNamespace,
      usualPort: usualPort('temporal'),
      onAddress: ({ grpc, ui }) => {
        this.#state.addresses = { ...this.#state.addresses, temporal: grpc, temporalUi: ui };
        this.#connection = undefined;
        this.#write();
        // Workers keep the address they connected to.
        if (before !== undefined)
          for (const service of this.#services)
            if (this.#plan.workers.some((worker) => this.#state.services[worker.name] === service.state))
              service.restart();
        before = grpc;
      },
    });
    this.#releases.push(release);
    await this.#keep(spec);
  }

  async #useNamedTemporal(named: NamedTemporal): Promise<void> {
    const { temporal, addresses } = stateOfNamed(named);
    this.#state.temporal = temporal;
    this.#state.addresses = { ...this.#state.addresses, ...addresses };
    this.#write();
    this.#connection = connectToNamed(named);
    const note = await ensureNamespace(await this.#connection, named.namespace, false);
    if (note) this.#state.notes.push(note);
  }

  async #startOllama(): Promise<void> {
    const program = this.#plan.programs.ollama;
    if (!program || !this.#plan.services.includes('ollama')) return;
    const running = await findRunningOllama(process.env);
    if (running.note) this.#state.notes.push(running.note);
    if (running.url) this.#state.addresses.ollama = running.url;
    const { spec, release } = ollamaService({
      home: this.#home,
      program,
      log: this.#log('ollama'),
      usualPort: usualPort('ollama'),
      onAddress: (url) => {
        this.#state.addresses = { ...this.#state.addresses, ollamaOwn: url, ollama: running.url ?? url };
        this.#write();
      },
    });
    this.#releases.push(release);
    await this.#keep(spec);
  }

  async #keep(spec: ConstructorParameters<typeof Service>[0]): Promise<void> {
    const service = new Service(spec, () => this.#write());
    this.#services.push(service);
    this.#state.services[spec.name] = service.state;
    await service.start();
    this.#say(`${spec.name} answers${service.state.address ? ` at ${service.state.address}` : ''}`);
  }

  /** Workers first, since they save what they do; then what they stand on. */
  async #takeDown(): Promise<void> {
    const isWorker = (service: Service) =>
      this.#plan.workers.some((worker) => this.#state.services[worker.name] === service.state);
    await Promise.all(this.#services.filter(isWorker).map((service) => service.stop()));
    await Promise.all(this.#services.filter((service) => !isWorker(service)).map((service) => service.stop()));
    await this.#connection?.then((connection) => connection.close()).catch(() => {});
    for (const release of this.#releases) await release();
  }

  async #connect(): Promise<Connection> {
    this.#connection ??= connect({ address: this.#state.addresses.temporal }, '5s');
    try {
      return await this.#connection;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  #log = (name: string) => join(this.#home.logs, `${name}.log`);

  #say(line: string): void {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  }

  #write(): void {
    writeState(this.#home, this.#state);
  }

  #rotate(): void {
    for (const name of readdirSync(this.#home.logs)) if (name.endsWith('.log')) rotateLog(join(this.#home.logs, name));
  }
}
