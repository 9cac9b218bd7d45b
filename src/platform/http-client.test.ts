import { afterEach, expect, test } from 'bun:test';
import {
  chunk,
  type RawRequest,
  type RawUpstream,
  rawUpstream,
  streamEnd,
  streamHead,
  whole,
} from '../../test/regression/raw-upstream.ts';
import { asFailure, Failure } from '../core/failure.ts';
import type { OutboundRequest } from '../core/ports.ts';
import { systemClock } from './clock.ts';
import { bunHttpClient } from './http-client.ts';

const http = bunHttpClient({ clock: systemClock });
let upstream: RawUpstream | undefined;
afterEach(() => upstream?.close());

test('a request goes out with its own headers and bytes, and asks for a plain answer', async () => {
  let heard = '';
  const { url } = await answering(({ socket, text }) => {
    heard = text;
    socket.write(whole('ok', 'x-request-id: 7\r\n'));
  });
  const body = new TextEncoder().encode('{"ä":1}');
  const answer = await http.send(request(url, { method: 'POST', headers: { authorization: 'Bearer x' }, body }));
  expect([answer.status, answer.headers.get('x-request-id'), await text(answer.bytes(2))]).toEqual([200, '7', 'ok']);
  const [first, ...lines] = heard.slice(0, heard.indexOf('\r\n\r\n')).toLowerCase().split('\r\n');
  expect(first).toBe('post /v1/chat http/1.1');
  expect(lines.filter((line) => !line.startsWith('host')).toSorted()).toEqual([
    'accept-encoding: identity',
    'accept: */*',
    'authorization: bearer x',
    'connection: keep-alive',
    'content-length: 8',
    'user-agent: trestle',
  ]);
  expect(Buffer.from(heard, 'latin1').toString('utf8')).toEndWith('\r\n\r\n{"ä":1}');
});

test('an answer without a body is empty, whichever way it is read', async () => {
  const { url, requests } = await answering(({ socket }) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  const read = await http.send(request(url));
  expect([read.status, (await read.bytes(0)).length]).toEqual([204, 0]);
  const pieces = (await http.send(request(url))).pieces();
  expect([await pieces.read(), await pieces.read()]).toEqual([undefined, undefined]);
  expect(requests).toEqual([1, 1]);
});

test.each([10, 300_000])('an answer of %p bytes is whole, with or without an announced length', async (size) => {
  const { url } = await answering(({ socket, turn }) => {
    if (turn === 1) socket.write(whole('x'.repeat(size)));
    else socket.write(streamHead + chunk('x'.repeat(size / 2)).repeat(2) + streamEnd);
  });
  for (let turn = 0; turn < 2; turn += 1) {
    expect((await (await http.send(request(url))).bytes(size)).length).toBe(size);
  }
});

test.each([10, 300_000])(
  'an answer of more than %p bytes is refused, and its connection not used again',
  async (size) => {
    const { url, requests } = await answering(({ socket, connection }) => {
      if (connection === 1) socket.write(whole('x'.repeat(size + 1)));
      else socket.write(streamHead + chunk('x'.repeat(size + 1)));
    });
    for (let call = 0; call < 2; call += 1) {
      expect(await (await http.send(request(url))).bytes(size).catch(asFailure)).toMatchObject({
        kind: 'provider-garbled',
        message: `The provider's answer is longer than ${size} bytes.`,
      });
      await Bun.sleep(10);
    }
    expect(requests.length).toBe(2);
  },
);

const secretive = '/v1?key=canary-of-the-query';
test('who refuses the connection is named, without path, query and credential', async () => {
  expect(await http.send(request(`http://user:canary@127.0.0.1:1${secretive}`)).catch(asFailure)).toMatchObject({
    kind: 'provider-unreachable',
    message: '127.0.0.1:1 refused the connection; is it up, and is the port right? (ECONNREFUSED).',
  });
});

test('a host that nobody knows is named', async () => {
  const failure = await http.send(request(`http://no-such-host.invalid${secretive}`)).catch(asFailure);
  expect(failure).toMatchObject({
    kind: 'provider-unreachable',
    message: expect.stringMatching(/^no-such-host\.invalid:80 .*\((ENOTFOUND|EAI_AGAIN)\)\.$/),
  });
});

test('TLS towards a port that speaks none is unreachable', async () => {
  const { url } = await answering(({ socket }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await http.send(request(url.replace('http:', 'https:'))).catch(asFailure)).toMatchObject({
    kind: 'provider-unreachable',
  });
});

test('an address that is no URL is unreachable', async () => {
  expect(await http.send(request('http://exa mple/')).catch(asFailure)).toMatchObject({
    kind: 'provider-unreachable',
    message: 'an address that is no URL cannot be called; check base_url (ERR_INVALID_URL).',
  });
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabcde'],
  ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
])('an answer that is %s is garbled, and its bytes are not repeated', async (_, spoken) => {
  const { url } = await answering(({ socket }) => socket.write(spoken));
  const failure = await http.send(request(url + secretive)).catch(asFailure);
  expect(failure).toMatchObject({ kind: 'provider-garbled' });
  const said = failure instanceof Error ? failure.message : '';
  expect(said).toStartWith(`${new URL(url).host} `);
  expect(said).not.toMatch(/canary|OpenSSH/);
});

test.each([
  ['short of its length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc'],
  ['in its chunks', `${streamHead}${chunk('abc')}`],
  ['by a chunk that is none', `${streamHead}zz\r\n`],
])('an answer that is cut %s is garbled, whichever way it is read', async (_, spoken) => {
  const { url } = await answering(({ socket }) => socket.end(spoken));
  const { pathname } = new URL(url);
  const failures = [
    await (await http.send(request(url + secretive))).bytes(1000).catch(asFailure),
    await lastOf((await http.send(request(url + secretive))).pieces()),
  ];
  for (const failure of failures) {
    expect(failure).toMatchObject({ kind: 'provider-garbled' });
    expect(failure instanceof Error && failure.message).not.toMatch(/canary/);
    expect(failure instanceof Error && failure.message).not.toContain(pathname);
  }
});

test('a caller who gives up before the answer, in its middle, or before it asks, is told its own reason', async () => {
  const { url, requests } = await answering(({ socket, connection }) => {
    if (connection === 2) socket.write(streamHead + chunk('abc'));
  });
  const late = new Failure('deadline-exceeded', 'too late');
  const before = new AbortController();
  setTimeout(() => before.abort(late), 20);
  expect(await http.send(request(url, { signal: before.signal })).catch(asFailure)).toBe(late);

  const middle = new AbortController();
  const pieces = (await http.send(request(url, { signal: middle.signal }))).pieces();
  expect(await text(pieces.read())).toBe('abc');
  setTimeout(() => middle.abort('no failure'), 20);
  expect(await pieces.read().catch(asFailure)).toMatchObject({ kind: 'caller-gone' });

  expect(await http.send(request(url, { signal: AbortSignal.abort(late) })).catch(asFailure)).toBe(late);
  expect(requests).toEqual([1, 2]);
});

async function answering(answer: (request: RawRequest) => void): Promise<RawUpstream> {
  upstream = await rawUpstream(answer);
  return upstream;
}

function request(url: string, changes: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: 'GET', url, headers: {}, signal: new AbortController().signal, ...changes };
}

async function text(bytes: Promise<Uint8Array | undefined>): Promise<string> {
  return new TextDecoder().decode(await bytes);
}

async function lastOf(source: { read(): Promise<Uint8Array | undefined> }): Promise<unknown> {
  try {
    while ((await source.read()) !== undefined);
    return 'ended';
  } catch (thrown) {
    return asFailure(thrown);
  }
}
