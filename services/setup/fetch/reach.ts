import type { Dispatcher } from 'undici';
import { isSocks, proxyFor } from '../../settings/proxies.ts';
import type { Environment } from '../../settings/reading.ts';

/** Milliseconds after which a vendor that does not answer counts as out of reach. */
const connectLimitMs = 5_000;
/** Milliseconds without a byte after which a download is given up. */
const stallMs = 30_000;

/** Loaded when first used. Of a CommonJS library a bundle has the default export alone, and Node has both. */
const undici = async () => (await import('undici')).default;

/** Requests go through the proxy that the environment names, if any; a redirect may lead to a host that is exempt. */
async function dispatcher(
  env: Environment,
  { maxRedirections = 5, headersTimeout = connectLimitMs, bodyTimeout = stallMs } = {},
): Promise<Dispatcher> {
  const { Agent, ProxyAgent, interceptors } = await undici();
  const common = {
    connect: { timeout: connectLimitMs },
    headersTimeout,
    bodyTimeout,
    // No connection is kept for later, which would keep the process.
    pipelining: 0,
  };
  const throughProxy: Dispatcher.DispatcherComposeInterceptor = (direct) => (options, handler) => {
    const proxy = proxyFor(new URL(String(options.origin)), env);
    if (proxy === undefined) return direct(options, handler);
    if (isSocks(proxy)) throw new SocksProxy(socksWords(new URL(String(options.origin))));
    return new ProxyAgent({ ...common, uri: proxy }).dispatch(options, handler);
  };
  return new Agent(common).compose(throughProxy, interceptors.redirect({ maxRedirections }));
}

/** A proxy that Node does not speak to. */
export class SocksProxy extends Error {}

const socksWords = ({ host }: URL) =>
  `${host} is behind a SOCKS proxy, which only the trainer can use: set HTTPS_PROXY to an HTTP proxy, or exempt the host with NO_PROXY`;

/**
 * Opens a URL, following redirects, and gives the answer as soon as its head has come. Throws an error that names the host
 * where nobody answers in 5 s, or where the answer is not 200; its body fails after 30 s without a byte.
 */
export async function openUrl(
  address: string,
  options: { method?: 'GET' | 'HEAD'; env?: Environment; signal?: AbortSignal } = {},
): Promise<Dispatcher.ResponseData> {
  const { method = 'GET', env = process.env, signal } = options;
  const { request } = await undici();
  const { host } = new URL(address);
  const answer = await request(address, {
    method,
    dispatcher: await dispatcher(env),
    headers: { 'user-agent': 'temper' },
    ...(signal ? { signal } : {}),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'UND_ERR_HEADERS_TIMEOUT' && error.code !== 'UND_ERR_CONNECT_TIMEOUT') throw error;
    throw new Error(`${host} does not answer within ${connectLimitMs / 1000} s`, { cause: error });
  });
  if (answer.statusCode === 200) return answer;
  await answer.body.dump();
  throw new Error(`${host} answered ${answer.statusCode}`);
}

/** Sends JSON, follows no redirect, and gives the status of the answer. Fails with the error of the connection. */
export async function postJson(address: string, body: string, signal: AbortSignal): Promise<number> {
  const { request } = await undici();
  const answer = await request(address, {
    method: 'POST',
    dispatcher: await dispatcher(process.env, { maxRedirections: 0, headersTimeout: 0 }),
    headers: { 'content-type': 'application/json' },
    body,
    signal,
  });
  answer.body.on('error', () => {}).destroy();
  return answer.statusCode;
}

export interface JsonAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/**
 * Exchanges JSON with a server, and follows no redirect: the headers may hold a key. Fails with the error of the connection,
 * also where nothing comes for `patienceMs`.
 */
export async function exchangeJson(
  address: string,
  options: { body?: string; headers: Readonly<Record<string, string>>; patienceMs: number; signal: AbortSignal },
): Promise<JsonAnswer> {
  const { body, headers, patienceMs, signal } = options;
  const { request } = await undici();
  const limits = { maxRedirections: 0, headersTimeout: patienceMs, bodyTimeout: patienceMs };
  const answer = await request(address, {
    method: body === undefined ? 'GET' : 'POST',
    dispatcher: await dispatcher(process.env, limits),
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
    signal,
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

/** Undefined when the address can be reached, else why not. */
export async function whyOutOfReach(address: string, env: Environment = process.env): Promise<string | undefined> {
  try {
    await (await openUrl(address, { method: 'HEAD', env })).body.dump();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code ? `${new URL(address).host}: ${code}` : message;
  }
}
