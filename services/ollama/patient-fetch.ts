import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface PatientInit {
  method?: string;
  headers?: Record<string, string>;
  /** A stream is sent as it is read, so that a model of many gigabytes is never in memory. */
  body?: string | Readable;
  signal?: AbortSignal;
}

/**
 * `fetch` without its time limit: Node's own gives up after five minutes without an answer, and a large model on a slow
 * disk loads longer than that. What ends a request is its signal, or the connection.
 */
export async function patientFetch(url: string, init: PatientInit = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body, signal } = init;
  const target = new URL(url);
  const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const length: Record<string, string> =
    typeof body === 'string' ? { 'Content-Length': `${Buffer.byteLength(body)}` } : {};
  // A kept connection that the server closed meanwhile would look like a server that is away.
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
    // A server that refuses in mid-upload closes the connection; its answer tells more than the broken pipe does.
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
