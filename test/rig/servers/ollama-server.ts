import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../../../services/machine/home.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { programPath } from '../../../services/setup/programs/find-program.ts';
import { pins } from '../../../services/setup/versions.ts';
import { eventually } from '../eventually.ts';
import { freePort } from './free-port.ts';

export interface TestOllama {
  url: string;
  /** Its store of models. */
  models: string;
  server: OllamaServer;
  /** SIGKILL, to the server and the runners it has started. */
  kill: () => Promise<void>;
  /** Starts it again on the same port and store. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  /** How often it has loaded a model since its first start, as its log tells. */
  loads: () => Promise<number>;
}

/**
 * A real Ollama on a port and a store of its own. `goTemplate`: as temper starts one; else it decides by itself which
 * template it renders, as the Ollama that a person has started does.
 */
export async function startOllama({ goTemplate = true } = {}): Promise<TestOllama> {
  const models = await mkdtemp(join(tmpdir(), 'temper-ollama-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = process.env.OLLAMA_PATH || programPath(cacheDir(), 'ollama', pins.ollama);
  const server = new OllamaServer(url);
  const log = await open(join(models, 'server.log'), 'a');
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid!, signal);
    await ended;
  };
  const start = async () => {
    const started = spawn(program, ['serve'], {
      env: {
        PATH: process.env.PATH,
        HOME: models,
        OLLAMA_HOST: `127.0.0.1:${port}`,
        OLLAMA_MODELS: models,
        OLLAMA_NUM_PARALLEL: '1',
        ...(goTemplate ? { OLLAMA_GO_TEMPLATE: '1' } : {}),
        OLLAMA_CONTEXT_LENGTH: '1024',
      },
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    child = started;
    await eventually('Ollama to answer', async () => {
      if (started.exitCode !== null) throw new Error(`${program} ended with exit code ${started.exitCode}`);
      return await server.version().catch(() => undefined);
    });
  };
  await start();
  return {
    url,
    models,
    server,
    kill: () => end('SIGKILL'),
    start,
    // Of both kinds of runners that Ollama has had.
    loads: async () => (await readFile(join(models, 'server.log'), 'utf8')).split('msg="loaded runners"').length - 1,
    stop: async () => {
      await end('SIGTERM');
      await log.close();
      await rm(models, { recursive: true, force: true });
    },
  };
}
