import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as tlsConnect } from 'node:tls';

/** Milliseconds after which a vendor that does not answer counts as out of reach. */
export const connectLimit = 5_000;

function proxyFor(url, env) {
  const secure = url.protocol === 'https:';
  const proxy =
    (secure ? env.https_proxy || env.HTTPS_PROXY : env.http_proxy || env.HTTP_PROXY) || env.all_proxy || env.ALL_PROXY;
  const exempt = (env.no_proxy || env.NO_PROXY || '').split(',').map((part) => part.trim().replace(/^\*?\./, ''));
  if (!proxy || !/^http:/.test(proxy)) return undefined;
  return exempt.some((part) => part === '*' || (part && (url.hostname === part || url.hostname.endsWith(`.${part}`))))
    ? undefined
    : new URL(proxy);
}

/** A TLS connection through an HTTP proxy: Node's own requests know of no proxy. */
function tunnel(url, proxy) {
  return new Promise((done, fail) => {
    const login = proxy.username
      ? {
          'Proxy-Authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}`,
        }
      : {};
    const asking = httpRequest({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: `${url.hostname}:${url.port || 443}`,
      headers: login,
      timeout: connectLimit,
    });
    asking.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) return fail(new Error(`the proxy ${proxy.host} answered ${answer.statusCode}`));
      const secured = tlsConnect({ socket, servername: url.hostname }, () => done(secured));
      secured.once('error', fail);
    });
    asking.once('timeout', () => asking.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
    asking.once('error', fail);
    asking.end();
  });
}

/**
 * Opens a URL, following redirects, and gives the answer as soon as its head has come. Fails within `connectLimit`
 * milliseconds where nobody answers.
 */
export async function openUrl(address, { method = 'GET', env = process.env, signal, redirects = 5 } = {}) {
  const url = new URL(address);
  const proxy = url.protocol === 'https:' ? proxyFor(url, env) : undefined;
  const socket = proxy && (await tunnel(url, proxy));
  const answer = await new Promise((done, fail) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { 'User-Agent': 'temper', Accept: '*/*' };
    const asking = open(url, {
      method,
      headers,
      ...(signal ? { signal } : {}),
      ...(socket ? { agent: false, createConnection: () => socket } : {}),
    });
    const timer = setTimeout(
      () => asking.destroy(new Error(`${url.host} does not answer within ${connectLimit / 1000} s`)),
      connectLimit,
    );
    asking.once('response', (response) => {
      clearTimeout(timer);
      done(response);
    });
    asking.once('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    asking.end();
  });
  if ([301, 302, 303, 307, 308].includes(answer.statusCode) && answer.headers.location && redirects > 0) {
    answer.resume();
    return openUrl(new URL(answer.headers.location, url).href, { method, env, signal, redirects: redirects - 1 });
  }
  if (answer.statusCode !== 200) {
    answer.resume();
    throw new Error(`${url.host} answered ${answer.statusCode}`);
  }
  return answer;
}

/** Undefined when the address can be had, else why not. */
export async function whyOutOfReach(address, env = process.env) {
  try {
    (await openUrl(address, { method: 'HEAD', env })).destroy();
    return undefined;
  } catch (error) {
    return error.code ? `${new URL(address).host}: ${error.code}` : error.message;
  }
}
