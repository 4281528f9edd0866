import type { Dispatcher } from 'undici';

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds after which a vendor that does not answer counts as out of reach. */
const connectLimitMs = 5_000;
/** Milliseconds without a byte after which a download is given up. */
const stallMs = 30_000;

/** Requests go through the proxy that the environment names, if any. `no_proxy` names domains together with those below them. */
async function dispatcher(env: Environment): Promise<Dispatcher> {
  const { EnvHttpProxyAgent, interceptors } = await import('undici');
  const any = env.all_proxy || env.ALL_PROXY || '';
  const exempt = (env.no_proxy || env.NO_PROXY || '').split(/[\s,]+/).filter(Boolean);
  // An empty string means no proxy; left out, these would be read from this process's own environment.
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy || env.HTTP_PROXY || any,
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || any,
    noProxy: exempt.flatMap((name) => (/^[.*]/.test(name) ? [name] : [name, `.${name}`])).join(','),
    connect: { timeout: connectLimitMs },
    headersTimeout: connectLimitMs,
    bodyTimeout: stallMs,
    // No connection is kept for later, which would keep the process.
    pipelining: 0,
  });
  return agent.compose(interceptors.redirect({ maxRedirections: 5 }));
}

/**
 * Opens a URL, following redirects, and gives the answer as soon as its head has come. Throws an error that names the host
 * where nobody answers in 5 s, or where the answer is not 200; its body fails after 30 s without a byte.
 */
export async function openUrl(
  address: string,
  options: { method?: 'GET' | 'HEAD'; env?: Environment; signal?: AbortSignal } = {},
): Promise<Dispatcher.ResponseData> {
  const { method = 'GET', env = process.env, signal } = options;
  const { request } = await import('undici');
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
