import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** What befalls one request on its way to the real Ollama. */
export type Fate =
  /** It passes. */
  | 'pass'
  /** The connection is cut before Ollama hears of it. */
  | 'cut before'
  /** Ollama does it, and the connection is cut before the answer comes. */
  | 'cut after'
  /** The answer passes through this function. */
  | ((body: string) => string)
  /** Ollama does not hear of it, and this is the answer. */
  | { status: number; body: string };

export interface OllamaProxy {
  url: string;
  /** Method and path of every request so far. */
  calls: string[];
  /** Decides over each request; by default all pass. */
  decide: (call: string, number: number) => Fate | Promise<Fate>;
  stop: () => Promise<void>;
}

/** Stands in front of a real Ollama, for faults that it will not produce on demand. */
export async function startProxy(target: string): Promise<OllamaProxy> {
  const proxy: OllamaProxy = { url: '', calls: [], decide: () => 'pass', stop: async () => {} };
  const server = createServer(async (incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`;
    proxy.calls.push(call);
    handOn(incoming, outgoing, target, await proxy.decide(call, proxy.calls.length));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return proxy;
}

function handOn(incoming: IncomingMessage, outgoing: ServerResponse, target: string, fate: Fate): void {
  if (fate === 'cut before') {
    incoming.socket.destroy();
    return;
  }
  if (typeof fate === 'object') {
    incoming.resume();
    outgoing.writeHead(fate.status, { 'content-type': 'application/json' }).end(fate.body);
    return;
  }
  const onward = request(
    `${target}${incoming.url}`,
    { method: incoming.method, headers: incoming.headers },
    async (answer) => {
      if (fate === 'pass') {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        // An Ollama that dies in mid-answer must be seen to: a plain pipe would leave the asker waiting.
        pipeline(answer, outgoing).catch(() => incoming.socket.destroy());
        return;
      }
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of answer) chunks.push(chunk as Buffer);
      } catch {
        incoming.socket.destroy();
        return;
      }
      if (fate === 'cut after') {
        incoming.socket.destroy();
        return;
      }
      const { 'content-length': _length, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, headers);
      outgoing.end(fate(Buffer.concat(chunks).toString()));
    },
  );
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
