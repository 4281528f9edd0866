import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExempt, proxyFor, readProxy } from '../../../services/settings/proxies.ts';
import { settingProblems } from '../../../services/settings/settings.ts';

interface Readings {
  exemptions: { no_proxy: string; url: string; proxied: boolean }[];
  proxies: { text: string; url: string }[];
}
const file = new URL('./fixtures/go-readings.json', import.meta.url);
const go = JSON.parse(readFileSync(file, 'utf8')) as Readings;

test('600 random exemptions hold for the URLs for which they hold in Go', () => {
  // Go alone ignores an address of IPv6 in brackets without a port.
  const alike = go.exemptions.filter(({ no_proxy }) => !/\[fd00::2\]\s*(?:,|$)/.test(no_proxy));
  assert.ok(alike.length > 400);
  for (const { no_proxy, url, proxied } of alike)
    assert.equal(!isExempt(new URL(url), { NO_PROXY: no_proxy }), proxied, `${no_proxy} for ${url}`);
});

test('a proxy means what it means in Go, or is refused', () => {
  for (const { text, url } of go.proxies) {
    const reading = readProxy(text);
    if ('value' in reading) assert.equal(reading.value, url.replace(/\/$/, ''), text);
  }
});

test('exemptions are also read with spaces, in either case, and with brackets', () => {
  for (const [env, url] of [
    [{ no_proxy: 'a.example b.example' }, 'http://b.example'],
    [{ no_proxy: 'a.example', NO_PROXY: 'other' }, 'http://a.example'],
    [{ NO_PROXY: '[fd00::2]' }, 'http://[fd00::2]:8080'],
    [{ NO_PROXY: '"10.0.0.0/8, a.example"' }, 'http://10.9.9.9'],
  ] as const)
    assert.equal(isExempt(new URL(url), env), true, JSON.stringify(env));
});

test('this machine is asked without a proxy, whatever the variables say', () => {
  const env = { http_proxy: 'http://p:1', HTTPS_PROXY: 'http://p:1', ALL_PROXY: 'http://p:1' };
  for (const url of ['http://127.0.0.1:9', 'http://localhost', 'http://[::1]:80', 'https://127.9.9.9'])
    assert.equal(proxyFor(new URL(url), env), undefined, url);
  assert.equal(proxyFor(new URL('https://example.com'), env), 'http://p:1');
});

test('ALL_PROXY serves where no other proxy is named, and the lower case wins', () => {
  assert.equal(proxyFor(new URL('https://a.example'), { all_proxy: 'socks5h://p:1' }), 'socks5h://p:1');
  assert.equal(proxyFor(new URL('https://a.example'), { HTTPS_PROXY: 'up', https_proxy: 'low' }), 'http://low');
  assert.equal(proxyFor(new URL('https://a.example'), { HTTP_PROXY: 'http://p:1' }), undefined);
});

for (const [value, words] of [
  [
    'socks://127.0.0.1:7891/',
    /must begin with http:\/\/, .* or socks5h:\/\/, .*write ALL_PROXY=socks5:\/\/127\.0\.0\.1:7891\//,
  ],
  ['"http://p:3128"', /write ALL_PROXY=http:\/\/p:3128$/],
  ['http：//p:3128', /write ALL_PROXY=http:\/\/p:3128$/],
  ['ftp://p:21', /must begin with/],
  ['http://', /must be an address that begins with/],
  ['http:p:3128', /must be an address/],
  ['http://p:none', /must be an address/],
] as const)
  test(`ALL_PROXY=${value} is no proxy, and is named`, async () => {
    const { settingProblemWords } = await import('../../../core/words/settings.ts');
    const [problem] = settingProblems({ ALL_PROXY: value });
    assert.match(settingProblemWords(problem!), words);
  });

test('any text is a proxy that can be named to a program, or is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.webUrl(), fc.domain()), (text) => {
      const reading = readProxy(text);
      if ('value' in reading) assert.match(new URL(reading.value).protocol, /^(?:https?|socks5h?):$/);
    }),
  );
});
