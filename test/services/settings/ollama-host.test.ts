import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { readOllamaHost } from '../../../services/settings/ollama-host.ts';
import { namedOllama } from '../../../services/settings/settings.ts';

const urlOf = (text: string): string | undefined => {
  const reading = readOllamaHost(text);
  return 'value' in reading ? reading.value.url : undefined;
};

/** Ollama's own table of tests, with an address to bind to as the one that its client connects to. */
const ownTable: Readonly<Record<string, string>> = {
  '': 'http://127.0.0.1:11434',
  '1.2.3.4': 'http://1.2.3.4:11434',
  ':1234': 'http://127.0.0.1:1234',
  '1.2.3.4:1234': 'http://1.2.3.4:1234',
  'example.com': 'http://example.com:11434',
  'example.com:1234': 'http://example.com:1234',
  ':0': 'http://127.0.0.1:0',
  ':66000': 'http://127.0.0.1:11434',
  ':-1': 'http://127.0.0.1:11434',
  '[::1]': 'http://[::1]:11434',
  '[::]': 'http://[::1]:11434',
  '::': 'http://[::1]:11434',
  '::1': 'http://[::1]:11434',
  '[::1]:1337': 'http://[::1]:1337',
  '[::]:1337': 'http://[::1]:1337',
  '0.0.0.0': 'http://127.0.0.1:11434',
  '0.0.0.0:1234': 'http://127.0.0.1:1234',
  ' 1.2.3.4 ': 'http://1.2.3.4:11434',
  '"1.2.3.4"': 'http://1.2.3.4:11434',
  ' " 1.2.3.4 " ': 'http://1.2.3.4:11434',
  "'1.2.3.4'": 'http://1.2.3.4:11434',
  'http://1.2.3.4': 'http://1.2.3.4:80',
  'http://1.2.3.4:4321': 'http://1.2.3.4:4321',
  'https://1.2.3.4': 'https://1.2.3.4:443',
  'https://1.2.3.4:4321': 'https://1.2.3.4:4321',
  'https://example.com/ollama': 'https://example.com:443/ollama',
  'ollama.com': 'https://ollama.com:443',
};

for (const [text, url] of Object.entries(ownTable))
  test(`OLLAMA_HOST=${JSON.stringify(text)} means ${url}, as for Ollama`, () => assert.equal(urlOf(text), url));

test('700 random texts mean what Ollama’s own code makes of them, and what its client cannot ask is refused', () => {
  const file = new URL('./fixtures/go-readings.json', import.meta.url);
  const { hosts } = JSON.parse(readFileSync(file, 'utf8')) as {
    hosts: { text: string; connectable: string; usable: boolean }[];
  };
  // No name means this machine. Only Go can ask a name with a quote or a bracket in it, and no server has one.
  const theirs = hosts.map(({ text, connectable, usable }) => {
    const url = connectable.replace(/^(\w+:\/\/):/, '$1127.0.0.1:');
    return { text, url: usable && URL.canParse(url) && !/^\w+:\/\/[^/[]*["\]]/.test(url) ? url : undefined };
  });
  const asked = (url: string | undefined) => (url === undefined ? undefined : new URL(url).href.replace(/\/+$/, ''));
  for (const { text, url } of theirs.filter(({ text }) => !text.includes('@') && !text.includes('010.0.0.1')))
    assert.equal(asked(urlOf(text)), asked(url), JSON.stringify(text));
});

test('an address with leading zeros is refused: it is another one for Node than for Go', () => {
  assert.equal(urlOf('010.0.0.1'), undefined);
});

test('user and password of a gateway are kept, and hidden where a value is shown', () => {
  assert.equal(urlOf('https://me:secret@gateway/ollama'), 'https://me:secret@gateway:443/ollama');
  assert.throws(
    () => namedOllama({ OLLAMA_HOST: 'ftp://me:secret@gateway' }),
    (error: Error) => !error.message.includes('secret') && /OLLAMA_HOST .*ftp/.test(error.message),
  );
});

test('a mistaken address is named with the one that was probably meant', () => {
  assert.throws(() => namedOllama({ OLLAMA_HOST: '::1:11434' }), {
    code: 'BAD_SETTING',
    message:
      'OLLAMA_HOST must be the address of an Ollama, such as http://gpu-box:11434, got "::1:11434"; write OLLAMA_HOST=[::1]:11434',
  });
  assert.equal(namedOllama({ OLLAMA_HOST: '' }), undefined);
});

test('any text is an address that Node can ask, or is refused; spaces and quotes around it change nothing', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.webUrl(), fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(text, fc.constantFrom('', ' ', '"', "'", ' "'), (value, around) => {
      const url = urlOf(value);
      assert.equal(urlOf(`${around}${value}${around.split('').reverse().join('')}`), url);
      if (url !== undefined) assert.match(new URL(url).protocol, /^https?:$/);
    }),
  );
});
