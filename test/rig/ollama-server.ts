import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../../services/home.ts';
import { OllamaServer } from '../../services/ollama.ts';
import pins from '../../services/setup/pins.json' with { type: 'json' };
import { eventually } from './eventually.ts';

export interface TestOllama {
  url: string;
  /** Its store of models. */
  models: string;
  server: OllamaServer;
  stop: () => Promise<void>;
}

/** A real Ollama on a port and a store of its own. */
export async function startOllama(): Promise<TestOllama> {
  const models = await mkdtemp(join(tmpdir(), 'temper-ollama-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = process.env.OLLAMA_PATH || join(cacheDir(), 'ollama', pins.ollama.version, 'bin', 'ollama');
  const child = spawn(program, ['serve'], {
    env: {
      PATH: process.env.PATH,
      HOME: models,
      OLLAMA_HOST: `127.0.0.1:${port}`,
      OLLAMA_MODELS: models,
      OLLAMA_NUM_PARALLEL: '1',
      OLLAMA_CONTEXT_LENGTH: '1024',
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const server = new OllamaServer(url);
  await eventually('Ollama to answer', async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with exit code ${child.exitCode}`);
    return await server.version().catch(() => undefined);
  });
  return {
    url,
    models,
    server,
    stop: async () => {
      child.kill();
      await ended;
      await rm(models, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
