import { type Exemption, eitherCase, isExempt, readExemptions, readProxy } from './proxies.ts';
import type { Environment } from './reading.ts';
import type { Child } from './setting.ts';
import { readUrl } from './urls.ts';

const proxyNames = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const;
const loopback = ['localhost', '127.0.0.1', '::1'];

/** The proxy variables of a child, which asks this machine's own servers directly whatever proxies are set. */
export function proxyVariables(child: Child, env: Environment): Record<string, string> {
  const hasProxy = proxyNames.some((name) => eitherCase(name, env) !== undefined);
  return child === 'command' ? forCommand(env, hasProxy) : hasProxy ? forTrainer(env) : {};
}

/** As they are, in both cases, with this machine among the exemptions. */
function forCommand(env: Environment, hasProxy: boolean): Record<string, string> {
  const given = [...proxyNames, 'NO_PROXY'].flatMap((name) =>
    [name, name.toLowerCase()].flatMap((each) => (env[each] ? [[each, env[each]] as const] : [])),
  );
  if (!hasProxy) return Object.fromEntries(given);
  const exempt = [...(eitherCase('NO_PROXY', env)?.split(/[\s,]+/) ?? []), ...loopback].filter(Boolean);
  const noProxy = [...new Set(exempt)].join(',');
  return { ...Object.fromEntries(given), NO_PROXY: noProxy, no_proxy: noProxy };
}

/** In the forms that httpx reads, which fails on an address of IPv6 in brackets or with a network, and knows no networks at all. */
function forTrainer(env: Environment): Record<string, string> {
  const proxies = proxyNames.flatMap((name) => {
    const value = eitherCase(name, env);
    const reading = value === undefined ? undefined : readProxy(value);
    return reading ? [[name.toLowerCase(), 'value' in reading ? reading.value : value!] as const] : [];
  });
  const hub = readUrl(env.HF_ENDPOINT || 'https://huggingface.co');
  const host =
    'value' in hub && isExempt(new URL(hub.value), env) ? [new URL(hub.value).hostname.replace(/^\[|\]$/g, '')] : [];
  const exempt = [...readExemptions(env).flatMap(forHttpx), ...host, ...loopback];
  return { ...Object.fromEntries(proxies), no_proxy: [...new Set(exempt)].join(',') };
}

/** Networks, and ports of IPv6, are left out: `forTrainer` names the Hub itself where they cover it. */
function forHttpx(exemption: Exemption): string[] {
  switch (exemption.kind) {
    case 'all':
      return ['*'];
    case 'network':
      return [];
    case 'address':
      return exemption.port === ''
        ? [exemption.address]
        : exemption.address.includes(':')
          ? []
          : [`${exemption.address}:${exemption.port}`];
    case 'domain': {
      const port = exemption.port === '' ? '' : `:${exemption.port}`;
      // Httpx takes `domain` for what lies below it as well.
      return /^[\p{L}\p{N}._-]+$/u.test(exemption.domain)
        ? [`${exemption.onlyBelow ? '.' : ''}${exemption.domain}${port}`]
        : [];
    }
  }
}
