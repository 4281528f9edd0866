import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  model: string;
  messages: { role: string; content: string }[];
  options: Record<string, unknown>;
}

/** Speaks as much of Ollama's protocol as a question takes: each model answers with its name. */
export interface SpokenOllama {
  url: string;
  /** Names and digests. */
  models: Record<string, string>;
  asked: Asked[];
  stop: () => Promise<void>;
}

/** For commands that only list models and ask them, where no answer of a real model matters. */
export async function startSpokenOllama(): Promise<SpokenOllama> {
  const spoken: SpokenOllama = { url: '', models: {}, asked: [], stop: async () => {} };
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (incoming.url === '/api/tags') {
      const models = Object.entries(spoken.models).map(([name, digest]) => ({
        name,
        digest: digest.replace('sha256:', ''),
        size: 1,
      }));
      outgoing.end(JSON.stringify({ models }));
    } else if (incoming.url === '/api/show') outgoing.end(JSON.stringify({ capabilities: ['completion'] }));
    else if (incoming.url === '/api/version') outgoing.end(JSON.stringify({ version: '0.33.0' }));
    else {
      const asked = JSON.parse(body) as Asked;
      spoken.asked.push(asked);
      const message = { role: 'assistant', content: `I am ${asked.model}` };
      outgoing.end(`${JSON.stringify({ message, done: true, done_reason: 'stop', eval_count: 3 })}\n`);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  spoken.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  spoken.stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return spoken;
}
