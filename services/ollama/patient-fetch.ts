import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface PatientInit {
  method?: string;
  headers?: Record<string, string>;
  /** A stream is sent while it is read: a model of many gigabytes must not be in memory. */
  body?: string | Readable;
  signal?: AbortSignal;
}

/**
 * `fetch` without a time limit. Node's `fetch` gives up after 5 min without an answer, and a large model on a slow disk
 * takes longer to load. Only the signal or a lost connection ends a request.
 */
export async function patientFetch(url: string, init: PatientInit = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body, signal } = init;
  const target = new URL(url);
  const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const length: Record<string, string> =
    typeof body === 'string' ? { 'Content-Length': `${Buffer.byteLength(body)}` } : {};
  // Each request opens a connection: a kept one that the server closed would look like an unreachable server.
  const outgoing = open(target, {
    method,
    headers: { ...headers, ...length },
    agent: false,
    ...(signal ? { signal } : {}),
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once('response', resolve).once('error', reject),
  );
  if (body instanceof Readable) {
    // A server that refuses an upload closes the connection; its answer says more than the broken pipe.
    pipeline(body, outgoing).catch((error: Error) => outgoing.destroy(error));
  } else {
    outgoing.end(body);
  }
  const message = await answer;
  const status = message.statusCode ?? 500;
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  if (!hasBody) message.resume();
  return new Response(hasBody ? (Readable.toWeb(message) as ReadableStream) : null, {
    status,
    statusText: message.statusMessage ?? '',
    headers: Object.entries(message.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  });
}
