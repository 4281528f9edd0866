import { rm } from 'node:fs/promises';
import { type Home, openHome } from '../../../services/machine/home.ts';
import * as stack from '../../../services/stack/up-and-down.ts';
import { temper } from '../../../test/rig/temper.ts';

/** A stack in a separate home: temper's server with its settings, and the usual workers. */
export class BenchStack {
  readonly home: Home;
  readonly env: Record<string, string>;
  constructor(root: string) {
    this.env = { TEMPER_HOME: root, TEMPER_OLLAMA: 'own', TEMPORAL_ADDRESS: '', TEMPORAL_PROFILE: '', OLLAMA_HOST: '' };
    Object.assign(process.env, this.env);
    this.home = openHome();
  }

  /** Without Ollama, which no step of the bench needs. */
  async up(): Promise<void> {
    await stack.up(this.home, { services: ['temporal', 'orchestrator', 'gpu'] });
  }

  /** Runs a command of `temper`. Seconds from start to exit. */
  async command(...args: string[]): Promise<{ seconds: number; startedAt: number; stdout: string }> {
    const startedAt = Date.now();
    const started = performance.now();
    const { code, stdout, stderr } = await temper(args, this.env);
    const seconds = (performance.now() - started) / 1000;
    if (code !== 0) throw new Error(`temper ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return { seconds, startedAt, stdout };
  }

  async down(): Promise<void> {
    await stack.down(this.home);
    await rm(this.home.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
