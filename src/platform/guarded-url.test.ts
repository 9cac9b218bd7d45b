import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { asFailure } from '../core/failure.ts';
import { readUrl, redirected } from './guarded-url.ts';

const read = (text: string) => {
  const { url, host, port, secure } = readUrl(text);
  return { href: url.href, host, port, secure };
};

function refusal(act: () => unknown): string | undefined {
  try {
    act();
  } catch (thrown) {
    return asFailure(thrown).message;
  }
  return undefined;
}

test('a plain URL is read', () => {
  expect(read('https://Files.Example/a%20b.png?token=x#y')).toEqual({
    href: 'https://files.example/a%20b.png?token=x#y',
    host: 'files.example',
    port: 443,
    secure: true,
  });
  expect(read('http://bücher.example:8080').host).toBe('xn--bcher-kva.example');
  expect(read('http://files.example.').host).toBe('files.example');
  expect(read('http://1.1.1.1/')).toMatchObject({ host: '1.1.1.1', port: 80, secure: false });
  expect(read('http://[2606:4700:0:0::1111]:81/')).toMatchObject({ host: '2606:4700::1111', port: 81 });
});

test('what two parsers could read as two hosts is refused', () => {
  const two = 'it has a backslash, a blank or a control character in it';
  expect(
    ['http://ok\\@evil/', ' http://ok/', 'http://ok/ ', 'ht\ntp://ok/', 'http://ok\t/', 'http://ok/\u0000'].map(
      (text) => refusal(() => readUrl(text)),
    ),
  ).toEqual([two, 'only http and https URLs are fetched', two, 'only http and https URLs are fetched', two, two]);
  expect(
    ['http://a@127.0.0.1#@ok/', 'http://@ok/', 'http://:@ok/', 'http://u:p@ok/'].map((text) =>
      refusal(() => readUrl(text)),
    ),
  ).toEqual(Array(4).fill('it has a user before its host'));
  expect(
    ['http:ok/', 'http:/ok/', 'http:///ok/', 'http://', 'http://?ok', 'http://ok:99999/', 'http://[::1/'].map((text) =>
      refusal(() => readUrl(text)),
    ),
  ).toEqual(Array(7).fill('it is no valid URL'));
  expect(
    ['http://2130706433/', 'http://0x7f.1/', 'http://1.1.1.1./', 'http://1。1。1。1/', 'http://%31.1.1.1/'].map(
      (text) => refusal(() => readUrl(text)),
    ),
  ).toEqual(Array(5).fill('its host is a number that stands for an address; write the address with four decimals'));
  expect(
    [
      'http://a..b/',
      'http://-a.b/',
      'http://a*b.c/',
      `http://${'a'.repeat(64)}.b/`,
      'http://%61.b/',
      `http://${'a.'.repeat(127)}b/`,
    ].map((text) => refusal(() => readUrl(text))),
  ).toEqual(Array(6).fill('its host is no valid name'));
});

test('other schemes and very long URLs are not looked at', () => {
  expect(refusal(() => readUrl('file:///etc/passwd'))).toBe('only http and https URLs are fetched');
  const vast = new TextDecoder().decode(new Uint8Array(200_000_000).fill(65));
  const urls = [`data:image/png;base64,${vast}`, `http://files.example/${vast}`].filter((url) => url.charCodeAt(9) > 0);
  const startedAt = performance.now();
  expect(urls.map((url) => refusal(() => readUrl(url)))).toEqual([
    'only http and https URLs are fetched',
    'it is longer than 8192 characters',
  ]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('a redirect may be relative, and never leads from https to http or to another scheme', () => {
  const from = readUrl('https://files.example/a/b?c');
  expect(redirected(from, '../x#y').url.href).toBe('https://files.example/x#y');
  expect(redirected(from, '//other.example/x').host).toBe('other.example');
  expect(redirected(readUrl('http://a.example/'), 'https://b.example/').secure).toBe(true);
  expect(refusal(() => redirected(from, 'http://files.example/x'))).toBe('it redirects from https to http');
  expect(refusal(() => redirected(from, 'file:///etc/passwd'))).toBe('only http and https URLs are fetched');
  expect(refusal(() => redirected(from, '\\\\evil/x'))).toBe(
    'its redirect has a backslash, a blank or a control character in it',
  );
  expect(refusal(() => redirected(from, 'https://u@evil/'))).toBe('it has a user before its host');
  expect(refusal(() => redirected(from, 'https://[/'))).toBe('it is no valid URL');
  expect(refusal(() => redirected(from, '///evil/'))).toBe('it is no valid URL');
  expect(refusal(() => redirected(from, 'https:evil'))).toBe('it is no valid URL');
  expect(refusal(() => redirected(from, '//0x7f.1/'))).toContain('a number that stands for an address');
  expect(redirected(from, '?').url.href).toBe('https://files.example/a/b?');
});

test('whatever is written, it is read as one host or refused with a reason', () => {
  const piece = fc.constantFrom(
    'http',
    's',
    ':',
    '/',
    '//',
    '@',
    '\\',
    '#',
    '?',
    '[',
    ']',
    '127.0.0.1',
    '::1',
    '%',
    '.',
    'a',
    'é',
    '。',
    '0x7f',
    '\t',
    ':80',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = `http://${pieces.join('')}`;
      const why = refusal(() => {
        const { host, url } = readUrl(text);
        expect(host).toMatch(/^[\da-z_.:-]+$/);
        expect(new URL(url.href).hostname).toBe(url.hostname);
        expect(url.username + url.password).toBe('');
      });
      expect(why).not.toBe('Trestle failed on its own account; the log has the cause under this request id.');
    }),
    { numRuns: 500 },
  );
});
